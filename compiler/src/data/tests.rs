use super::*;

#[test]
fn names_are_sorted_and_unique() {
    assert!(SYSCALLS.is_sorted_by(|a, b| a.name < b.name));
    assert!(SETS.is_sorted_by(|a, b| a.name < b.name));
    assert!(UNIMPLEMENTED.is_sorted_by(|a, b| a < b));
    assert!(VARIANTS.is_sorted_by(|a, b| (a.0, a.1) < (b.0, b.1)));
    assert!(SINCE_ON.is_sorted_by(|a, b| (a.0, a.1) < (b.0, b.1)));
    assert!(ALIASES.is_sorted_by(|a, b| (a.0, a.1) < (b.0, b.1)));
}

#[test]
fn a_syscall_is_found_by_name_and_by_number() {
    let openat = syscall("openat").expect("openat is a syscall");
    assert_eq!(openat.nr_on(Table::X86_64), Some(257));
    assert_eq!(openat.nr_on(Table::Mips), Some(4288));
    assert_eq!(name_of(Table::X86_64, 257), Some("openat"));
    assert_eq!(name_of(Table::X32, 257), None);
    assert!(syscall("opemat").is_none());
    assert!(syscall("").is_none());
    for syscall in &SYSCALLS {
        assert!(core::ptr::eq(
            super::syscall(syscall.name).expect("it is its own name"),
            syscall
        ));
    }
}

#[test]
fn a_table_without_the_syscall_says_so() {
    let open = syscall("open").expect("open is a syscall");
    assert_eq!(open.nr_on(Table::Aarch64), None);
    assert_eq!(open.nr[Table::Aarch64.index()], NO_NR);
    assert_eq!(name_of(Table::Aarch64, NO_NR), None);
}

#[test]
fn arguments_follow_the_table() {
    let clone = syscall("clone").expect("clone is a syscall");
    assert_eq!(clone.args_on(Table::X86_64)[0].name, "clone_flags");
    assert_eq!(clone.args_on(Table::S390x)[1].name, "clone_flags");
    assert_eq!(clone.args_on(Table::Aarch64)[3].name, "tls");
    assert_eq!(
        syscall("mmap")
            .expect("mmap is a syscall")
            .args_on(Table::I386)
            .len(),
        1
    );
}

#[test]
fn what_the_kernel_narrows_late_is_narrow() {
    let clone = syscall("clone").expect("clone is a syscall");
    for table in Table::ALL {
        let flags = clone
            .args_on(table)
            .iter()
            .find(|arg| arg.name == "clone_flags");
        assert_eq!(
            flags.map(|arg| arg.class),
            Some(Class::U32),
            "{}",
            table.name()
        );
    }
}

#[test]
fn versions_follow_the_table() {
    let clone3 = syscall("clone3").expect("clone3 is a syscall");
    assert_eq!(clone3.since, Version { major: 5, minor: 3 });
    assert_eq!(clone3.since_on(Table::X86_64), clone3.since);
    let memfd_secret = syscall("memfd_secret").expect("memfd_secret is a syscall");
    assert_eq!(memfd_secret.since_on(Table::Loongarch64).to_string(), "7.3");
    assert!(SYSCALLS.iter().all(|syscall| syscall.since <= BASELINE));
    assert!(SINCE_ON.iter().all(|(_, _, version)| *version <= BASELINE));
}

#[test]
fn reserved_numbers_are_known() {
    let nfsservctl = syscall("nfsservctl").expect("nfsservctl has a number");
    assert!(nfsservctl.is_unimplemented_on(Table::Aarch64));
    assert!(
        !syscall("read")
            .expect("read is a syscall")
            .is_unimplemented_on(Table::Aarch64)
    );
}

#[test]
fn aliases_belong_to_a_table() {
    assert_eq!(alias(Table::Riscv32, "mmap"), Some("mmap2"));
    assert_eq!(alias(Table::X86_64, "mmap"), None);
}

#[test]
fn tables_keep_their_places_and_names() {
    for (at, table) in Table::ALL.into_iter().enumerate() {
        assert_eq!(table.index(), at);
        assert_eq!(Table::from_name(table.name()), Some(table));
    }
    assert_eq!(Table::from_name("i386"), None);
}

#[test]
fn versions_are_ordered() {
    assert!(
        Version {
            major: 5,
            minor: 10
        } > Version { major: 5, minor: 9 }
    );
    assert!(Version::MIN < Version { major: 2, minor: 6 });
}

#[test]
fn a_set_expands_to_names() {
    let service = set("system-service").expect("system-service is a set");
    let names = service.expand();
    assert!(names.is_sorted_by(|a, b| a < b));
    assert!(names.contains(&"read"), "from a set that it names");
    assert!(names.iter().all(|name| syscall(name).is_some()));
}
