//! One program for every plane: it learns at run time where it is.

#![deny(warnings)]

use boundary_runtime::Refusal;

boundary_runtime::policy!();

struct Where;

impl policy::Deployment for Where {
    type Output = &'static str;

    fn in_country<R: policy::region::Declared>(self) -> &'static str {
        R::NAME
    }

    fn central(self) -> &'static str {
        "central"
    }
}

fn main() {
    assert_eq!(policy::deploy("in", Where), Ok("in"));
    assert_eq!(policy::deploy("eu", Where), Ok("eu"));
    assert_eq!(policy::deploy("hub", Where), Ok("central"));
    let unknown = policy::deploy("atlantis", Where);
    assert!(matches!(unknown, Err(Refusal::Unknown { kind: "region", .. })));
}
