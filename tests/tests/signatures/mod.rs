//! What of the kernel's arguments is read in its source.

use seccomptime_compiler::data::{self, Class};

/// What the kernel ignores can't be compared: a denying rule would be walked around with it. What it refuses stays.
#[test]
fn arguments_are_as_wide_as_the_kernel_looks_at_them() {
    for (name, argument, class) in [
        ("ioprio_set", "ioprio", Class::U16),
        ("kcmp", "idx1", Class::Fd),
        ("kcmp", "idx2", Class::Word),
        ("kexec_load", "flags", Class::U32),
        ("kexec_file_load", "flags", Class::Word),
        ("mount", "flags", Class::U32),
        ("mprotect", "prot", Class::Word),
        ("pciconfig_read", "bus", Class::U32),
        ("pciconfig_read", "off", Class::I32),
        ("pciconfig_write", "dfn", Class::U32),
        ("process_vm_readv", "riovcnt", Class::Word),
        ("remap_file_pages", "flags", Class::U32),
        ("remap_file_pages", "prot", Class::Word),
        ("unshare", "unshare_flags", Class::Word),
    ] {
        let syscall = data::syscall(name).expect("it is a syscall");
        let found = syscall.args.iter().find(|arg| arg.name == argument);
        let found = found.map(|arg| arg.class);
        assert_eq!(found, Some(class), "`{argument}` of `{name}`");
    }
}
