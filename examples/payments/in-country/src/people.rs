//! Made-up people: realistic names, card numbers that pass the Luhn check, and a canary in every text that is regulated.
//!
//! A canary is a text that stands nowhere else, so that a byte scan can tell whether any of it got out. The demo scans
//! for [`CANARIES`]; numbers (ages, amounts) carry none, since a number that stands out would not be a realistic one.

use boundary_runtime::{SubjectId, TenantId};
use rand::rngs::StdRng;
use rand::{Rng, RngExt, SeedableRng};

/// What a regulated text contains: in names, e-mail addresses, national identifiers and rare cities; in phone numbers;
/// in card numbers (no network issues this range); in subjects' identifiers.
pub(crate) const CANARIES: [&str; 4] = ["qzcanary", "5550199", "99990142", "qzsubject"];

const NAMES_IN: ([&str; 12], [&str; 12]) = (
    [
        "Aarav", "Priya", "Rohan", "Ananya", "Vikram", "Kavya", "Arjun", "Meera", "Sanjay", "Lakshmi",
        "Imran", "Divya",
    ],
    [
        "Sharma", "Patel", "Reddy", "Iyer", "Khan", "Nair", "Gupta", "Das", "Singh", "Menon", "Joshi", "Rao",
    ],
);
const NAMES_EU: ([&str; 12], [&str; 12]) = (
    [
        "Lena", "Jonas", "Camille", "Luca", "Sofia", "Mateo", "Freya", "Jan", "Ilse", "Piotr", "Aoife",
        "Nikos",
    ],
    [
        "Müller", "Dubois", "Rossi", "García", "Novák", "Kowalski", "Jansen", "Murphy", "Silva", "Weber",
        "Lund", "Pappas",
    ],
);
const CITIES_IN: [&str; 6] = ["Mumbai", "Delhi", "Bengaluru", "Chennai", "Kolkata", "Pune"];
const CITIES_EU: [&str; 6] = ["Berlin", "Paris", "Milan", "Madrid", "Prague", "Dublin"];

/// The merchants of the example. One does business in both regions.
pub(crate) const MERCHANTS: [(&str, &[&str]); 3] = [
    ("kirana-global", &["in", "eu"]),
    ("chai-house", &["in"]),
    ("brauwerk", &["eu"]),
];

/// The merchants that have customers in a region.
pub(crate) fn tenants(region: &str) -> Vec<TenantId> {
    MERCHANTS
        .iter()
        .filter(|(_, regions)| regions.contains(&region))
        .map(|(name, _)| TenantId::new(*name))
        .collect()
}

/// What a person gives at signup.
pub(crate) struct Person {
    pub(crate) subject: SubjectId,
    pub(crate) tenant: TenantId,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) phone: Option<String>,
    pub(crate) national_id: String,
    pub(crate) city: String,
    pub(crate) age: u8,
}

/// Makes people of one region, always the same ones.
pub(crate) struct People {
    region: &'static str,
    random: StdRng,
    tenants: Vec<TenantId>,
    next: u32,
}

impl People {
    pub(crate) fn of(region: &'static str) -> Self {
        let seed = region.bytes().fold(7, |seed, byte| seed * 31 + u64::from(byte));
        Self {
            region,
            random: StdRng::seed_from_u64(seed),
            tenants: tenants(region),
            next: 1,
        }
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.random.random_range(0..from.len())]
    }

    /// A card number of 16 digits whose last one is its Luhn check digit (ISO/IEC 7812-1).
    pub(crate) fn card(&mut self) -> String {
        let mut digits = format!("{}{:07}", CANARIES[2], self.random.next_u32() % 10_000_000);
        digits.push(char::from(b'0' + luhn_check_digit(&digits)));
        digits
    }

    /// An amount in minor units, from 1.00 to 500.00.
    pub(crate) fn amount(&mut self) -> i64 {
        self.random.random_range(100..=50_000)
    }
}

impl Iterator for People {
    type Item = Person;

    fn next(&mut self) -> Option<Person> {
        let number = self.next;
        self.next += 1;
        let ((first_names, last_names), cities) = if self.region == "in" {
            (NAMES_IN, CITIES_IN)
        } else {
            (NAMES_EU, CITIES_EU)
        };
        let (first, last) = (self.pick(&first_names), self.pick(&last_names));
        // One in 200 lives in a place so small that it must never be named outside.
        let city = if number.is_multiple_of(200) {
            format!("qzcanary village {number}")
        } else {
            self.pick(&cities).to_owned()
        };
        let region = self.region;
        let tenant = self.tenants[number as usize % self.tenants.len()].clone();
        Some(Person {
            subject: SubjectId::new(format!("qzsubject-{region}-{number:06}")),
            tenant,
            name: format!("{first} {last} qzcanary"),
            email: format!(
                "{}.{}.{number}@qzcanary.example",
                first.to_lowercase(),
                last.to_lowercase()
            ),
            phone: (!number.is_multiple_of(3)).then(|| format!("+{number:02} 5550199 {number:06}")),
            national_id: format!("qzcanary-{:04}-{number:06}", self.random.next_u32() % 10_000),
            city,
            age: self.random.random_range(18..=79),
        })
    }
}

fn luhn_check_digit(digits: &str) -> u8 {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(digit - b'0');
            if place.is_multiple_of(2) {
                digit * 2 / 10 + digit * 2 % 10
            } else {
                digit
            }
        })
        .sum();
    u8::try_from((10 - sum % 10) % 10).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_digit_is_that_of_the_known_example() {
        // 79927398713 is the number used to explain the formula in many places.
        assert_eq!(luhn_check_digit("7992739871"), 3);
    }

    #[test]
    fn every_regulated_text_holds_a_canary_and_people_are_the_same_each_time() {
        let first: Vec<Person> = People::of("in").take(400).collect();
        let again: Vec<Person> = People::of("in").take(400).collect();
        assert!(
            first
                .iter()
                .zip(&again)
                .all(|(a, b)| a.email == b.email && a.city == b.city)
        );
        assert!(first.iter().all(|person| {
            [&person.name, &person.email, &person.national_id]
                .iter()
                .all(|text| text.contains(CANARIES[0]))
                && person
                    .phone
                    .as_ref()
                    .is_none_or(|phone| phone.contains(CANARIES[1]))
                && person.subject.as_str().contains(CANARIES[3])
        }));
        assert_eq!(
            first
                .iter()
                .filter(|person| person.city.contains(CANARIES[0]))
                .count(),
            2
        );
        assert!(People::of("in").card().starts_with(CANARIES[2]));
    }
}
