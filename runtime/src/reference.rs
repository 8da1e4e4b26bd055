#![doc = include_str!("../docs/policy.md")]

pub mod lints {
    #![doc = include_str!("../docs/lints.md")]
}

pub mod sets {
    #![doc = include_str!("../docs/sets.md")]
}
