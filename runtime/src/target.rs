//! Which arch the target is: the one thing that the second stage of expansion has to be told, and that this crate, being
//! compiled for the target, knows. One `lower!` is defined, that of the target.
//!
//! The predicates are those of the compiler's list of arches; a test compares them.

#[cfg(all(
    any(target_os = "linux", target_os = "android"),
    target_arch = "x86_64",
    target_pointer_width = "64"
))]
#[doc(hidden)]
#[macro_export]
macro_rules! __seccomptime_lower {
    ($($stage:tt)*) => { $crate::__private::__lower! { "x86_64" $($stage)* } };
}

#[cfg(all(
    any(target_os = "linux", target_os = "android"),
    target_arch = "x86_64",
    target_pointer_width = "32"
))]
#[doc(hidden)]
#[macro_export]
macro_rules! __seccomptime_lower {
    ($($stage:tt)*) => { $crate::__private::__lower! { "x32" $($stage)* } };
}

#[cfg(all(any(target_os = "linux", target_os = "android"), target_arch = "x86"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __seccomptime_lower {
    ($($stage:tt)*) => { $crate::__private::__lower! { "i686" $($stage)* } };
}

#[cfg(all(
    any(target_os = "linux", target_os = "android"),
    target_arch = "aarch64",
    target_pointer_width = "64",
    target_endian = "little"
))]
#[doc(hidden)]
#[macro_export]
macro_rules! __seccomptime_lower {
    ($($stage:tt)*) => { $crate::__private::__lower! { "aarch64" $($stage)* } };
}

#[cfg(all(
    any(target_os = "linux", target_os = "android"),
    target_arch = "aarch64",
    target_pointer_width = "64",
    target_endian = "big"
))]
#[doc(hidden)]
#[macro_export]
macro_rules! __seccomptime_lower {
    ($($stage:tt)*) => { $crate::__private::__lower! { "aarch64_be" $($stage)* } };
}

#[cfg(all(
    any(target_os = "linux", target_os = "android"),
    target_arch = "arm",
    target_endian = "little"
))]
#[doc(hidden)]
#[macro_export]
macro_rules! __seccomptime_lower {
    ($($stage:tt)*) => { $crate::__private::__lower! { "arm" $($stage)* } };
}

#[cfg(all(
    any(target_os = "linux", target_os = "android"),
    target_arch = "arm",
    target_endian = "big"
))]
#[doc(hidden)]
#[macro_export]
macro_rules! __seccomptime_lower {
    ($($stage:tt)*) => { $crate::__private::__lower! { "armeb" $($stage)* } };
}

#[cfg(all(
    any(target_os = "linux", target_os = "android"),
    target_arch = "riscv64"
))]
#[doc(hidden)]
#[macro_export]
macro_rules! __seccomptime_lower {
    ($($stage:tt)*) => { $crate::__private::__lower! { "riscv64" $($stage)* } };
}

#[cfg(all(
    any(target_os = "linux", target_os = "android"),
    target_arch = "riscv32"
))]
#[doc(hidden)]
#[macro_export]
macro_rules! __seccomptime_lower {
    ($($stage:tt)*) => { $crate::__private::__lower! { "riscv32" $($stage)* } };
}

#[cfg(all(
    any(target_os = "linux", target_os = "android"),
    target_arch = "loongarch64"
))]
#[doc(hidden)]
#[macro_export]
macro_rules! __seccomptime_lower {
    ($($stage:tt)*) => { $crate::__private::__lower! { "loongarch64" $($stage)* } };
}

#[cfg(all(any(target_os = "linux", target_os = "android"), target_arch = "s390x"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __seccomptime_lower {
    ($($stage:tt)*) => { $crate::__private::__lower! { "s390x" $($stage)* } };
}

#[cfg(all(
    any(target_os = "linux", target_os = "android"),
    target_arch = "powerpc64",
    target_endian = "little"
))]
#[doc(hidden)]
#[macro_export]
macro_rules! __seccomptime_lower {
    ($($stage:tt)*) => { $crate::__private::__lower! { "powerpc64le" $($stage)* } };
}

#[cfg(all(
    any(target_os = "linux", target_os = "android"),
    target_arch = "powerpc64",
    target_endian = "big"
))]
#[doc(hidden)]
#[macro_export]
macro_rules! __seccomptime_lower {
    ($($stage:tt)*) => { $crate::__private::__lower! { "powerpc64" $($stage)* } };
}

#[cfg(all(
    any(target_os = "linux", target_os = "android"),
    target_arch = "powerpc"
))]
#[doc(hidden)]
#[macro_export]
macro_rules! __seccomptime_lower {
    ($($stage:tt)*) => { $crate::__private::__lower! { "powerpc" $($stage)* } };
}

#[cfg(all(
    any(target_os = "linux", target_os = "android"),
    any(target_arch = "mips64", target_arch = "mips64r6"),
    target_endian = "little"
))]
#[doc(hidden)]
#[macro_export]
macro_rules! __seccomptime_lower {
    ($($stage:tt)*) => { $crate::__private::__lower! { "mips64el" $($stage)* } };
}

#[cfg(all(
    any(target_os = "linux", target_os = "android"),
    any(target_arch = "mips64", target_arch = "mips64r6"),
    target_endian = "big"
))]
#[doc(hidden)]
#[macro_export]
macro_rules! __seccomptime_lower {
    ($($stage:tt)*) => { $crate::__private::__lower! { "mips64" $($stage)* } };
}

#[cfg(all(
    any(target_os = "linux", target_os = "android"),
    any(target_arch = "mips", target_arch = "mips32r6"),
    target_endian = "little"
))]
#[doc(hidden)]
#[macro_export]
macro_rules! __seccomptime_lower {
    ($($stage:tt)*) => { $crate::__private::__lower! { "mipsel" $($stage)* } };
}

#[cfg(all(
    any(target_os = "linux", target_os = "android"),
    any(target_arch = "mips", target_arch = "mips32r6"),
    target_endian = "big"
))]
#[doc(hidden)]
#[macro_export]
macro_rules! __seccomptime_lower {
    ($($stage:tt)*) => { $crate::__private::__lower! { "mips" $($stage)* } };
}

#[cfg(not(all(
    any(target_os = "linux", target_os = "android"),
    any(
        all(target_arch = "x86_64", target_pointer_width = "64"),
        all(target_arch = "x86_64", target_pointer_width = "32"),
        all(target_arch = "x86"),
        all(
            target_arch = "aarch64",
            target_pointer_width = "64",
            target_endian = "little"
        ),
        all(
            target_arch = "aarch64",
            target_pointer_width = "64",
            target_endian = "big"
        ),
        all(target_arch = "arm", target_endian = "little"),
        all(target_arch = "arm", target_endian = "big"),
        all(target_arch = "riscv64"),
        all(target_arch = "riscv32"),
        all(target_arch = "loongarch64"),
        all(target_arch = "s390x"),
        all(target_arch = "powerpc64", target_endian = "little"),
        all(target_arch = "powerpc64", target_endian = "big"),
        all(target_arch = "powerpc"),
        all(
            any(target_arch = "mips64", target_arch = "mips64r6"),
            target_endian = "little"
        ),
        all(
            any(target_arch = "mips64", target_arch = "mips64r6"),
            target_endian = "big"
        ),
        all(
            any(target_arch = "mips", target_arch = "mips32r6"),
            target_endian = "little"
        ),
        all(
            any(target_arch = "mips", target_arch = "mips32r6"),
            target_endian = "big"
        )
    )
)))]
#[doc(hidden)]
#[macro_export]
macro_rules! __seccomptime_lower {
    ($debug:tt ($($krate:tt)*) $($stage:tt)*) => {
        ::core::compile_error!(
            "this target has no seccomp filters: write `#[cfg_attr(any(target_os = \"linux\", target_os = \"android\"), seccomp(…))]`, and add the `target_arch`s you build for"
        );
        static __SECCOMPTIME_POLICY: $($krate)*::Policy = $($krate)*::__private::EMPTY;
    };
}
