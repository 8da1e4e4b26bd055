use std::ffi::{CStr, CString, c_int, c_uint, c_void};
use std::io;
use std::mem;

use super::Peer;
use crate::policies::{Rules, Test};

/// libseccomp, called through the functions of its seccomp.h.
#[derive(Clone, Copy)]
pub struct Libseccomp {
    init: Init,
    attr_set: AttrSet,
    rule_add: RuleAdd,
    load: Load,
    tree: bool,
}

type Init = unsafe extern "C" fn(c_uint) -> *mut c_void;
type AttrSet = unsafe extern "C" fn(*mut c_void, c_int, u32) -> c_int;
type RuleAdd = unsafe extern "C" fn(*mut c_void, u32, c_int, c_uint, *const Comparison) -> c_int;
type Load = unsafe extern "C" fn(*const c_void) -> c_int;

/// `struct scmp_arg_cmp`
#[repr(C)]
struct Comparison {
    argument: c_uint,
    operation: c_int,
    a: u64,
    b: u64,
}

/// `SCMP_FLTATR_CTL_OPTIMIZE`, and its value for a binary tree.
const OPTIMIZE: c_int = 8;
const BINARY_TREE: u32 = 2;
/// `SCMP_ACT_ALLOW`
const ALLOW: u32 = 0x7fff_0000;
/// `SCMP_ACT_ERRNO(EPERM)`
const DENY: u32 = 0x0005_0001;
/// `SCMP_CMP_EQ`, `SCMP_CMP_MASKED_EQ`
const EQUAL: c_int = 4;
const MASKED_EQUAL: c_int = 7;

/// Loads the library. It stays loaded.
pub fn load() -> Result<Libseccomp, String> {
    const LIBRARY: &CStr = c"libseccomp.so.2";
    // SAFETY: the name is NUL-terminated; the library's constructors are its own affair.
    let library = unsafe { libc::dlopen(LIBRARY.as_ptr(), libc::RTLD_NOW) };
    if library.is_null() {
        return Err(format!("no {}", LIBRARY.to_string_lossy()));
    }
    let find = |name: &str| {
        let c_name = CString::new(name).map_err(|error| error.to_string())?;
        // SAFETY: the library is loaded, the name NUL-terminated.
        let at = unsafe { libc::dlsym(library, c_name.as_ptr()) };
        if at.is_null() {
            return Err(format!("its library has no {name}"));
        }
        Ok(at)
    };
    // SAFETY (all): the types are the functions' in seccomp.h.
    Ok(Libseccomp {
        // SAFETY: as above.
        init: unsafe { mem::transmute::<*mut c_void, Init>(find("seccomp_init")?) },
        // SAFETY: as above.
        attr_set: unsafe { mem::transmute::<*mut c_void, AttrSet>(find("seccomp_attr_set")?) },
        // SAFETY: as above.
        rule_add: unsafe {
            mem::transmute::<*mut c_void, RuleAdd>(find("seccomp_rule_add_array")?)
        },
        // SAFETY: as above.
        load: unsafe { mem::transmute::<*mut c_void, Load>(find("seccomp_load")?) },
        tree: false,
    })
}

impl Libseccomp {
    /// The same with a binary tree of numbers, which isn't its default.
    pub fn with_tree(self) -> Libseccomp {
        Libseccomp { tree: true, ..self }
    }
}

impl Peer for Libseccomp {
    fn name(&self) -> &'static str {
        if self.tree {
            "libseccomp, binary tree"
        } else {
            "libseccomp"
        }
    }

    fn install(&self, rules: &Rules) -> Result<(), String> {
        // SAFETY (all): the context is the library's own, and is never released; arrays are read during the call alone.
        // SAFETY: as above.
        let context = unsafe { (self.init)(DENY) };
        if context.is_null() {
            return Err("seccomp_init gave nothing".to_owned());
        }
        if self.tree {
            // SAFETY: as above.
            check(unsafe { (self.attr_set)(context, OPTIMIZE, BINARY_TREE) })?;
        }
        let add = |number: u32, comparison: Option<Comparison>| {
            let number = c_int::try_from(number).map_err(|error| error.to_string())?;
            let (count, array) = match &comparison {
                Some(comparison) => (1, &raw const *comparison),
                None => (0, std::ptr::null()),
            };
            // SAFETY: as above.
            check(unsafe { (self.rule_add)(context, ALLOW, number, count, array) })
        };
        for &number in &rules.numbers {
            add(number, None)?;
        }
        for condition in &rules.conditions {
            let compare = |operation, a, b| Comparison {
                argument: condition.argument.into(),
                operation,
                a,
                b,
            };
            match condition.test {
                Test::OneOf(values) => {
                    for &value in values {
                        add(condition.number, Some(compare(EQUAL, value, 0)))?;
                    }
                }
                Test::NoneOf(mask) => {
                    add(condition.number, Some(compare(MASKED_EQUAL, mask, 0)))?;
                }
            }
        }
        // SAFETY: as above.
        check(unsafe { (self.load)(context) })
    }
}

fn check(answer: c_int) -> Result<(), String> {
    match answer {
        0 => Ok(()),
        _ => Err(io::Error::from_raw_os_error(-answer).to_string()),
    }
}
