//! The text files, read and checked against each other.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::TABLES;
use super::sets::{self, SetText};
use super::tsv::Tsv;

/// An argument as the signature files write it, `name:C type:class`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ArgText {
    pub name: String,
    pub ty: String,
    pub class: String,
}

/// A kernel version; `(0, 0)` where it isn't known or older than 2.6.
pub type VersionText = (u8, u8);

/// A name and what it belongs to in a table.
pub type PerTable<T> = BTreeMap<(usize, String), T>;

/// A syscall that stands for another.
pub struct FamilyText {
    pub variant: String,
    pub base: Vec<String>,
    pub kind: String,
    pub tables: Vec<usize>,
}

/// An argument that carries flags.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub struct FlagsText {
    pub syscall: String,
    pub argument: String,
    /// The mask of a number beside which the flags stand.
    pub beside: Option<String>,
    /// The mask of a number among them.
    pub among: Option<String>,
}

/// All that the generated files say.
pub struct Facts {
    /// Which kernel the tables are of.
    pub kernel: String,
    /// Its version.
    pub baseline: VersionText,
    /// For each name its number in each table.
    pub numbers: BTreeMap<String, [Option<u32>; TABLES.len()]>,
    pub since: BTreeMap<String, VersionText>,
    pub since_on: PerTable<VersionText>,
    pub signatures: BTreeMap<String, Vec<ArgText>>,
    pub variants: PerTable<Vec<ArgText>>,
    pub unimplemented: BTreeSet<(usize, String)>,
    pub families: Vec<FamilyText>,
    pub aliases: PerTable<String>,
    pub flags: Vec<FlagsText>,
    pub sets: Vec<SetText>,
}

impl Facts {
    pub fn read(data: &Path) -> Facts {
        let (kernel, numbers) = numbers(data);
        let baseline = version(kernel.trim_start_matches("linux "));
        let since: BTreeMap<_, _> = Tsv::read(&data.join("since/since.tsv"), 2)
            .rows
            .into_iter()
            .map(|row| (row[0].clone(), version(&row[1])))
            .collect();
        let since_on = since_on(data, &since);
        let (signatures, variants) = arguments(data);
        let unimplemented = Tsv::read(&data.join("signatures/unimplemented.tsv"), 2)
            .rows
            .into_iter()
            .map(|row| (table(&row[0]), row[1].clone()))
            .collect();
        let flags = flags(data, &signatures, &variants);
        let facts = Facts {
            flags,
            kernel,
            baseline,
            since,
            since_on,
            signatures,
            variants,
            unimplemented,
            families: families(data),
            aliases: aliases(data),
            sets: sets::read(&data.join("sets")),
            numbers,
        };
        facts.check();
        facts
    }

    /// Every file speaks of names that the tables have.
    fn check(&self) {
        for name in self.numbers.keys() {
            assert!(
                self.since.contains_key(name),
                "`{name}` has no row in since.tsv"
            );
            assert!(
                self.signatures.contains_key(name),
                "`{name}` has no row in signatures.tsv"
            );
        }
        let on_tables = (self.variants.keys())
            .chain(self.since_on.keys())
            .chain(&self.unimplemented)
            .cloned()
            .chain(
                self.aliases
                    .iter()
                    .map(|((table, _), name)| (*table, name.clone())),
            );
        for (table, name) in on_tables {
            let nr = self.numbers.get(&name).and_then(|numbers| numbers[table]);
            assert!(
                nr.is_some(),
                "`{name}` is not in {}.tsv",
                TABLES[table].file
            );
        }
        for family in &self.families {
            for name in family.base.iter().chain([&family.variant]) {
                assert!(
                    self.numbers.contains_key(name),
                    "families.tsv: no syscall `{name}`"
                );
            }
        }
        sets::check(&self.sets, |name| self.numbers.contains_key(name));
    }
}

/// The tables of names and numbers, and the kernel that their headers name.
fn numbers(data: &Path) -> (String, BTreeMap<String, [Option<u32>; TABLES.len()]>) {
    let mut kernel = String::new();
    let mut numbers: BTreeMap<String, [Option<u32>; TABLES.len()]> = BTreeMap::new();
    for (at, table) in TABLES.iter().enumerate() {
        let tsv = Tsv::read(&data.join(format!("syscalls/{}.tsv", table.file)), 2);
        let source = tsv
            .head
            .split_once("source: ")
            .expect("the header names its source")
            .1;
        let source = source
            .split_once(" (")
            .expect("the source has a package")
            .0
            .to_owned();
        assert!(
            kernel.is_empty() || kernel == source,
            "{} is of another kernel",
            table.file
        );
        kernel = source;
        for row in &tsv.rows {
            let nr = row[0].parse().expect("the first column is a number");
            let old = numbers.entry(row[1].clone()).or_default()[at].replace(nr);
            assert!(old.is_none(), "{}: `{}` twice", table.file, row[1]);
        }
    }
    (kernel, numbers)
}

/// The first versions of single tables, where one lacked a call that another had: the bounds say in which kernel
/// the call was still absent, and in which it was seen.
fn since_on(data: &Path, since: &BTreeMap<String, VersionText>) -> PerTable<VersionText> {
    let mut later = PerTable::new();
    for row in Tsv::read(&data.join("since/arch_bounds.tsv"), 4).rows {
        let (absent, present) = (version(&row[2]), version(&row[3]));
        if absent >= since[&row[1]] {
            later.insert((table(&row[0]), row[1].clone()), present);
        }
    }
    later
}

/// `flags.tsv`, each row of which names an argument that is there.
fn flags(
    data: &Path,
    signatures: &BTreeMap<String, Vec<ArgText>>,
    variants: &PerTable<Vec<ArgText>>,
) -> Vec<FlagsText> {
    let rows = Tsv::read(&data.join("signatures/flags.tsv"), 5).rows;
    let mut flags: Vec<_> = rows
        .into_iter()
        .filter(|row| signatures.contains_key(&row[0]))
        .map(|row| {
            let of_variants = variants.iter().filter(|((_, name), _)| *name == row[0]);
            let mut lists = signatures.get(&row[0]).into_iter();
            let known = lists.any(|args| args.iter().any(|arg| arg.name == row[1]))
                || of_variants
                    .into_iter()
                    .any(|(_, args)| args.iter().any(|arg| arg.name == row[1]));
            assert!(known, "flags.tsv: `{}` has no `{}`", row[0], row[1]);
            let mask = |text: &String| (text != "-").then(|| text.clone());
            FlagsText {
                syscall: row[0].clone(),
                argument: row[1].clone(),
                beside: mask(&row[2]),
                among: mask(&row[3]),
            }
        })
        .collect();
    flags.sort();
    flags
}

/// The signatures, with the narrowing of `effective.tsv` applied.
fn arguments(data: &Path) -> (BTreeMap<String, Vec<ArgText>>, PerTable<Vec<ArgText>>) {
    let data = data.join("signatures");
    let mut signatures: BTreeMap<_, _> = Tsv::read(&data.join("signatures.tsv"), 3)
        .rows
        .into_iter()
        .map(|row| {
            (
                row[0].clone(),
                row[3..].iter().map(|text| arg(text)).collect::<Vec<_>>(),
            )
        })
        .collect();
    let mut variants: PerTable<Vec<ArgText>> = Tsv::read(&data.join("variants.tsv"), 3)
        .rows
        .into_iter()
        .map(|row| {
            (
                (table(&row[0]), row[1].clone()),
                row[3..].iter().map(|text| arg(text)).collect(),
            )
        })
        .collect();
    for row in Tsv::read(&data.join("effective.tsv"), 4).rows {
        let [name, arg, class] = [&row[0], &row[1], &row[2]];
        let of_variants = variants
            .iter_mut()
            .filter(|((_, n), _)| n == name)
            .map(|(_, args)| args);
        let all = signatures.get_mut(name).into_iter().chain(of_variants);
        let mut changed = false;
        for found in all
            .flatten()
            .filter(|found| found.name == *arg && found.class != *class)
        {
            found.class.clone_from(class);
            changed = true;
        }
        assert!(
            changed,
            "effective.tsv: no `{arg}` of `{name}` is otherwise"
        );
    }
    (signatures, variants)
}

fn families(data: &Path) -> Vec<FamilyText> {
    Tsv::read(&data.join("syscalls/families.tsv"), 4)
        .rows
        .into_iter()
        .map(|row| FamilyText {
            variant: row[0].clone(),
            base: row[1].split(',').map(str::to_owned).collect(),
            // What follows in parentheses explains the kind.
            kind: row[2].split(" (").next().unwrap_or_default().to_owned(),
            tables: row[3]
                .split(',')
                .map(table)
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect(),
        })
        .collect()
}

fn aliases(data: &Path) -> PerTable<String> {
    let rows = Tsv::read(&data.join("syscalls/aliases.tsv"), 3).rows;
    rows.into_iter()
        .map(|row| ((table(&row[0]), row[1].clone()), row[2].clone()))
        .collect()
}

fn table(file: &str) -> usize {
    let at = TABLES.iter().position(|table| table.file == file);
    at.unwrap_or_else(|| panic!("no table `{file}`"))
}

fn arg(text: &str) -> ArgText {
    let (name, rest) = text.split_once(':').expect("an argument has a name");
    let (ty, class) = rest.rsplit_once(':').expect("an argument has a class");
    ArgText {
        name: name.to_owned(),
        ty: ty.to_owned(),
        class: class.to_owned(),
    }
}

/// Reads `6.12`, `2.6.39` or `5.8-rc5`; what came before 2.6 counts as unknown.
fn version(text: &str) -> VersionText {
    let text = text.split('-').next().unwrap_or_default();
    let mut parts = text.split('.').map_while(|part| part.parse().ok());
    let version = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    if version < (2, 6) { (0, 0) } else { version }
}
