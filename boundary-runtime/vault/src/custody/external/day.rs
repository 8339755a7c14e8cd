//! Days of the civil calendar, in UTC: signatures are dated.

use boundary_runtime::Timestamp;

const MILLIS_A_DAY: u64 = 86_400_000;

/// A day of the Gregorian calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Day {
    pub(super) year: u64,
    pub(super) month: u64,
    pub(super) day: u64,
}

impl Day {
    /// The day of this moment.
    pub(super) fn of(moment: Timestamp) -> Self {
        // Counted from 0000-03-01, so that a leap day ends its year: years of 365 days, groups of 4, 100 and 400.
        let days = moment.as_millis() / MILLIS_A_DAY + 719_468;
        let (era, day_of_era) = (days / 146_097, days % 146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * day_of_year + 2) / 153;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        Self {
            year: era * 400 + year_of_era + u64::from(month <= 2),
            month,
            day: day_of_year - (153 * shifted + 2) / 5 + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_four_centuries_follows_the_one_before() {
        let is_leap =
            |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let mut expected = Day {
            year: 1970,
            month: 1,
            day: 1,
        };
        for days in 0..146_097 {
            let start = days * MILLIS_A_DAY;
            assert_eq!(Day::of(Timestamp::from_millis(start)), expected);
            assert_eq!(
                Day::of(Timestamp::from_millis(start + MILLIS_A_DAY - 1)),
                expected
            );
            let length = match expected.month {
                2 => 28 + u64::from(is_leap(expected.year)),
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            expected.day += 1;
            if expected.day > length {
                (expected.day, expected.month) = (1, expected.month + 1);
            }
            if expected.month > 12 {
                (expected.month, expected.year) = (1, expected.year + 1);
            }
        }
    }
}
