//! The tables of the compiler and the runtime: that they are what the text files say, and what others say.

mod libc_numbers;
mod signatures;

use std::collections::BTreeSet;
use std::fs;

use seccomptime_compiler::data::{
    self, Arg, Class, FAMILIES, SETS, SYSCALLS, Syscall, Table, VARIANTS,
};
use seccomptime_tests::generate::{TABLES, generate, root, tsv::Tsv};

/// The kernel's `seccomp_data.args` has six; the seventh argument that some calls of mips have is invisible.
const MOST_SLOTS: usize = 7;

#[test]
fn generated_files_are_current() {
    let root = root();
    let files = generate(&root);
    for (path, text) in &files {
        let found = fs::read_to_string(root.join(path)).unwrap_or_default();
        assert!(
            found == *text,
            "{} is not what the generator writes: run `cargo run -p seccomptime-tests --bin generate`",
            path.display()
        );
    }
    let known: BTreeSet<_> = files.iter().map(|(path, _)| root.join(path)).collect();
    for folder in ["compiler/src/data/generated", "runtime/src/nr"] {
        for entry in fs::read_dir(root.join(folder)).expect("the folder is there") {
            let path = entry.expect("the folder can be read").path();
            assert!(known.contains(&path), "{} is not generated", path.display());
        }
    }
}

#[test]
fn numbers_are_those_of_the_text_files() {
    for (names, table) in TABLES.iter().zip(Table::ALL) {
        let path = root().join(format!("compiler/data/syscalls/{}.tsv", names.file));
        let rows = Tsv::read(&path, 2).rows;
        for row in &rows {
            let nr = row[0].parse().expect("the first column is a number");
            let syscall = data::syscall(&row[1]).expect("the name is known");
            assert_eq!(syscall.nr_on(table), Some(nr), "{}: {}", names.file, row[1]);
            assert_eq!(
                data::name_of(table, nr),
                Some(syscall.name),
                "{}: {nr}",
                names.file
            );
        }
        let known = SYSCALLS
            .iter()
            .filter(|syscall| syscall.nr_on(table).is_some())
            .count();
        assert_eq!(known, rows.len(), "{}", names.file);
    }
}

/// Tables that share a kernel source file were once mixed up elsewhere; these numbers are known by heart.
#[test]
fn numbers_are_those_of_the_architectures() {
    let exit_group = [
        231,
        0x4000_00e7,
        252,
        94,
        248,
        94,
        94,
        94,
        248,
        234,
        234,
        5205,
        4246,
    ];
    assert_eq!(
        data::syscall("exit_group").expect("it is a syscall").nr,
        exit_group
    );
    let openat2 = [
        437,
        0x4000_01b5,
        437,
        437,
        437,
        437,
        437,
        437,
        437,
        437,
        437,
        5437,
        4437,
    ];
    assert_eq!(
        data::syscall("openat2").expect("it is a syscall").nr,
        openat2
    );
}

#[test]
fn the_runtime_has_the_numbers_of_this_target() {
    use seccomptime::nr;
    let here = [
        ("read", nr::READ),
        ("execve", nr::EXECVE),
        ("seccomp", nr::SECCOMP),
        ("restart_syscall", nr::RESTART_SYSCALL),
        ("rseq_slice_yield", nr::RSEQ_SLICE_YIELD),
    ];
    for (name, nr) in here {
        let on_host = data::syscall(name).and_then(|syscall| syscall.nr_on(host()));
        assert_eq!(on_host.map(i64::from), Some(nr), "{name}");
    }
}

/// Every table's module of the runtime, which is compiled for no more than one of them.
macro_rules! nr_modules {
    ($($name:ident $path:literal $table:ident)*) => {
        $(
            #[path = $path]
            #[allow(dead_code, reason = "that it compiles is most of the test")]
            mod $name;
        )*

        #[test]
        fn the_runtime_has_the_numbers_of_every_target() {
            let openat2 = data::syscall("openat2").expect("it is a syscall");
            $(
                let nr = openat2.nr_on(Table::$table).map(i64::from);
                assert_eq!(nr, Some($name::OPENAT2), stringify!($name));
            )*
        }
    };
}

nr_modules! {
    x86_64 "../../runtime/src/nr/x86_64.rs" X86_64
    x32 "../../runtime/src/nr/x32.rs" X32
    i386 "../../runtime/src/nr/i386.rs" I386
    aarch64 "../../runtime/src/nr/aarch64.rs" Aarch64
    arm "../../runtime/src/nr/arm.rs" Arm
    riscv64 "../../runtime/src/nr/riscv64.rs" Riscv64
    riscv32 "../../runtime/src/nr/riscv32.rs" Riscv32
    loongarch64 "../../runtime/src/nr/loongarch64.rs" Loongarch64
    s390x "../../runtime/src/nr/s390x.rs" S390x
    powerpc64 "../../runtime/src/nr/powerpc64.rs" Powerpc64
    powerpc "../../runtime/src/nr/powerpc.rs" Powerpc
    mips64 "../../runtime/src/nr/mips64.rs" Mips64
    mips "../../runtime/src/nr/mips.rs" Mips
}

/// The table of the machine that runs the tests.
fn host() -> Table {
    if cfg!(target_arch = "x86_64") {
        Table::X86_64
    } else if cfg!(target_arch = "aarch64") {
        Table::Aarch64
    } else {
        panic!("add this architecture")
    }
}

#[test]
fn arguments_fit_their_tables() {
    for syscall in &SYSCALLS {
        for table in Table::ALL {
            if syscall.nr_on(table).is_some() {
                check_args(syscall, table, syscall.args_on(table));
            }
        }
    }
}

fn check_args(syscall: &Syscall, table: Table, args: &[Arg]) {
    let place = format!("{} on {}", syscall.name, table.name());
    assert!(args.len() <= MOST_SLOTS, "{place}");
    let mut names = BTreeSet::new();
    for arg in args {
        let is_pad = arg.class == Class::Pad;
        assert_eq!(is_pad, arg.name == "pad", "{place}: {}", arg.name);
        assert!(
            is_pad || names.insert(arg.name),
            "{place}: `{}` twice",
            arg.name
        );
        let is_wide = matches!(arg.class, Class::U64 | Class::S64);
        assert!(
            !is_wide || table.has_wide_registers(),
            "{place}: `{}` needs two slots",
            arg.name
        );
    }
}

#[test]
fn variants_differ_from_the_base() {
    for (table, name, args) in VARIANTS {
        let syscall = data::syscall(name).expect("the name is known");
        assert!(
            syscall.nr_on(*table).is_some(),
            "{name} on {}",
            table.name()
        );
        assert_ne!(syscall.args, *args, "{name} on {}", table.name());
    }
}

#[test]
fn families_name_syscalls_of_their_tables() {
    for family in FAMILIES {
        let variant = data::syscall(family.variant).expect("the name is known");
        let having: Vec<_> = Table::ALL
            .into_iter()
            .filter(|table| variant.nr_on(*table).is_some())
            .collect();
        assert_eq!(having, family.tables, "{}", family.variant);
        for base in family.base {
            assert!(
                data::syscall(base).is_some_and(|base| base.name != family.variant),
                "{base}"
            );
        }
    }
}

#[test]
fn sets_hold_syscalls_and_sets() {
    for set in SETS {
        for member in set.members {
            let known = match member.strip_prefix('@') {
                Some(other) => data::set(other).is_some(),
                None => data::syscall(member).is_some(),
            };
            assert!(known, "@{}: {member}", set.name);
        }
        let mut path = Vec::new();
        assert_no_cycle(set.name, &mut path);
        for text in [Some(set.what), Some(set.why), set.glibc, set.musl]
            .into_iter()
            .flatten()
        {
            assert!(
                text.ends_with('.'),
                "@{}: `{text}` is no sentence",
                set.name
            );
        }
    }
}

fn assert_no_cycle(name: &'static str, path: &mut Vec<&'static str>) {
    assert!(!path.contains(&name), "@{name} contains itself: {path:?}");
    path.push(name);
    let set = data::set(name).expect("the set is known");
    for other in set
        .members
        .iter()
        .filter_map(|member| member.strip_prefix('@'))
    {
        assert_no_cycle(other, path);
    }
    path.pop();
}
