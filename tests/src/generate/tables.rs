//! Writes the compiler's tables.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use super::facts::{ArgText, Facts, VersionText};
use super::{TABLES, head};

const FOLDER: &str = "compiler/src/data/generated";

/// How a row says that a table lacks the syscall.
const NO_NR: &str = "NO";

pub fn generate(facts: &Facts) -> Vec<(PathBuf, String)> {
    let shared = SharedArgs::new(facts);
    [
        ("mod.rs", index(facts)),
        ("args.rs", shared.text(facts)),
        ("syscalls.rs", syscalls(facts, &shared)),
        ("variants.rs", variants(facts, &shared)),
        ("since.rs", since(facts)),
        ("families.rs", families(facts)),
        ("flags.rs", flags(facts)),
        ("sets.rs", sets(facts)),
    ]
    .map(|(file, text)| (PathBuf::from(FOLDER).join(file), text))
    .into()
}

fn index(facts: &Facts) -> String {
    let mut text = head(facts, "The kernel's facts as tables.", "");
    text += "mod args;\nmod families;\nmod flags;\nmod sets;\nmod since;\nmod syscalls;\nmod variants;\n\n\
             pub use families::{ALIASES, FAMILIES};\n\
             pub use flags::CARRIERS;\n\
             pub use sets::SETS;\n\
             pub use since::{BASELINE, SINCE_ON};\n\
             pub use syscalls::SYSCALLS;\n\
             pub use variants::{UNIMPLEMENTED, VARIANTS};\n";
    text
}

/// The arguments that carry flags.
fn flags(facts: &Facts) -> String {
    let mut text = head(facts, "Arguments that carry flags.", "signatures/flags.tsv");
    text +=
        "use crate::data::Carrier;\n\n/// The arguments that carry flags, by syscall and name.\n";
    text += "pub static CARRIERS: &[Carrier] = &[\n";
    for flags in &facts.flags {
        let _ = writeln!(
            text,
            "    Carrier {{ syscall: {:?}, argument: {:?}, beside: {:?}, among: {:?} }},",
            flags.syscall, flags.argument, flags.beside, flags.among
        );
    }
    text + "];\n"
}

/// The argument lists, each written once and named after the first syscall that has it.
struct SharedArgs<'a> {
    names: BTreeMap<&'a [ArgText], String>,
    lists: Vec<(String, &'a [ArgText])>,
}

impl<'a> SharedArgs<'a> {
    fn new(facts: &'a Facts) -> Self {
        let mut shared = SharedArgs {
            names: BTreeMap::new(),
            lists: Vec::new(),
        };
        for (name, args) in &facts.signatures {
            shared.add(name.to_uppercase(), args);
        }
        for ((table, name), args) in &facts.variants {
            shared.add(
                format!("{}_{}", TABLES[*table].file, name).to_uppercase(),
                args,
            );
        }
        shared
    }

    fn add(&mut self, name: String, args: &'a [ArgText]) {
        if !args.is_empty() && !self.names.contains_key(args) {
            self.names.insert(args, name.clone());
            self.lists.push((name, args));
        }
    }

    /// The expression for a list.
    fn path(&self, args: &[ArgText]) -> String {
        if args.is_empty() {
            "&[]".to_owned()
        } else {
            format!("&args::{}", self.names[args])
        }
    }

    fn text(&self, facts: &Facts) -> String {
        let mut text = head(
            facts,
            "Lists of arguments, shared by syscalls.",
            "signatures/",
        );
        text += "use crate::data::{Arg, Class, Class::*};\n\n\
                 const fn a(name: &'static str, ty: &'static str, class: Class) -> Arg {\n    Arg { name, ty, class }\n}\n\n";
        for (name, args) in &self.lists {
            let items: Vec<_> = args.iter().map(item).collect();
            let (count, items) = (args.len(), items.join(", "));
            line(
                &mut text,
                format_args!("pub static {name}: [Arg; {count}] = [{items}];"),
            );
        }
        text
    }
}

fn item(arg: &ArgText) -> String {
    let (first, rest) = arg.class.split_at(1);
    let class = first.to_uppercase() + rest;
    // A pad has no name or type in the kernel.
    let [name, ty] = [&arg.name, &arg.ty].map(|text| text.trim_matches('-'));
    format!("a({name:?}, {ty:?}, {class})")
}

fn syscalls(facts: &Facts, shared: &SharedArgs<'_>) -> String {
    let mut text = head(facts, "Every syscall of any table.", "syscalls/*.tsv");
    let count = facts.numbers.len();
    let order: Vec<_> = TABLES.iter().map(|table| table.variant).collect();
    text += "use super::args;\nuse crate::data::{Arg, NO_NR as NO, Syscall, Table, Version};\n\n\
             const fn s(name: &'static str, nr: [u32; Table::COUNT], since: (u8, u8), args: &'static [Arg]) -> Syscall {\n    \
             Syscall { name, nr, since: Version { major: since.0, minor: since.1 }, args }\n}\n\n";
    line(
        &mut text,
        format_args!(
            "/// All syscalls, by name. The numbers' order: {}.",
            order.join(", ")
        ),
    );
    line(
        &mut text,
        format_args!("pub static SYSCALLS: [Syscall; {count}] = ["),
    );
    for (name, numbers) in &facts.numbers {
        let numbers = numbers
            .map(|nr| nr.map_or(NO_NR.to_owned(), |nr| nr.to_string()))
            .join(", ");
        let since = facts.since[name];
        let args = shared.path(&facts.signatures[name]);
        line(
            &mut text,
            format_args!("    s({name:?}, [{numbers}], {since:?}, {args}),"),
        );
    }
    text + "];\n"
}

fn variants(facts: &Facts, shared: &SharedArgs<'_>) -> String {
    let mut text = head(facts, "What single tables have otherwise.", "signatures/");
    text += "use super::args;\nuse crate::data::{Arg, Table};\n\n\
             /// Where a table's slots differ from [`Syscall::args`](crate::data::Syscall::args); by table and name.\n\
             pub static VARIANTS: &[(Table, &str, &[Arg])] = &[\n";
    for ((table, name), args) in &facts.variants {
        let (table, args) = (TABLES[*table].variant, shared.path(args));
        line(
            &mut text,
            format_args!("    (Table::{table}, {name:?}, {args}),"),
        );
    }
    text += "];\n\n\
             /// Numbers that a table only reserves; by table and name.\n\
             pub static UNIMPLEMENTED: &[(Table, &str)] = &[\n";
    for (table, name) in &facts.unimplemented {
        line(
            &mut text,
            format_args!("    (Table::{}, {name:?}),", TABLES[*table].variant),
        );
    }
    text + "];\n"
}

fn since(facts: &Facts) -> String {
    let mut text = head(facts, "When single tables got a syscall.", "since/");
    text += "use crate::data::{Table, Version};\n\n";
    text += "/// The kernel of the tables: none of a later one is known.\n";
    let baseline = version(facts.baseline);
    line(
        &mut text,
        format_args!("pub const BASELINE: Version = {baseline};\n"),
    );
    text += "/// Where a table got a syscall later than another, the first kernel known to have it there; by table and name.\n\
             pub static SINCE_ON: &[(Table, &str, Version)] = &[\n";
    for ((table, name), since) in &facts.since_on {
        let (table, since) = (TABLES[*table].variant, version(*since));
        line(
            &mut text,
            format_args!("    (Table::{table}, {name:?}, {since}),"),
        );
    }
    text + "];\n"
}

fn version((major, minor): VersionText) -> String {
    format!("Version {{ major: {major}, minor: {minor} }}")
}

fn families(facts: &Facts) -> String {
    let mut text = head(facts, "Names that stand for one another.", "syscalls/");
    text += "use crate::data::{Family, Table};\n\n\
             /// Syscalls that do on some tables what another does elsewhere; by name.\n\
             pub static FAMILIES: &[Family] = &[\n";
    for family in &facts.families {
        let tables: Vec<_> = family
            .tables
            .iter()
            .map(|at| format!("Table::{}", TABLES[*at].variant))
            .collect();
        let tables = tables.join(", ");
        let (variant, base, kind) = (&family.variant, &family.base, &family.kind);
        line(
            &mut text,
            format_args!(
                "    Family {{ variant: {variant:?}, base: &{base:?}, kind: {kind:?}, tables: &[{tables}] }},"
            ),
        );
    }
    text += "];\n\n\
             /// Other spellings in use for a table's names: table, spelling, name; by table and spelling.\n\
             pub static ALIASES: &[(Table, &str, &str)] = &[\n";
    for ((table, alias), name) in &facts.aliases {
        line(
            &mut text,
            format_args!(
                "    (Table::{}, {alias:?}, {name:?}),",
                TABLES[*table].variant
            ),
        );
    }
    text + "];\n"
}

fn sets(facts: &Facts) -> String {
    let mut text = head(facts, "The sets.", "sets/*.set");
    text += "use crate::data::Set;\n\n/// All sets, by name.\npub static SETS: &[Set] = &[\n";
    for set in &facts.sets {
        line(&mut text, format_args!("    Set {{"));
        for (key, value) in [("name", &set.name), ("what", &set.what), ("why", &set.why)] {
            line(&mut text, format_args!("        {key}: {value:?},"));
        }
        for (key, value) in [("glibc", &set.glibc), ("musl", &set.musl)] {
            line(&mut text, format_args!("        {key}: {value:?},"));
        }
        line(
            &mut text,
            format_args!("        members: &{:?},\n    }},", set.members),
        );
    }
    text + "];\n"
}

fn line(text: &mut String, what: std::fmt::Arguments<'_>) {
    writeln!(text, "{what}").expect("a String takes all");
}
