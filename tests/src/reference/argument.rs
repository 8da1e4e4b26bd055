//! Where an argument is, and what the kernel takes of it.

use seccomptime_compiler::arch::Arch;
use seccomptime_compiler::data::{Arg, Class, Syscall, Table};

/// An argument of a call, as the kernel reads it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct View {
    /// All that was passed for it.
    pub passed: u64,
    /// How many bits of that count: 16, 32 or 64.
    pub bits: u32,
    /// Whether they are a signed number.
    pub signed: bool,
    /// Whether they are an address.
    pub pointer: bool,
}

/// The call has no such argument there that a filter sees.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Missing;

/// How many arguments a filter sees.
const SEEN: usize = 6;
/// The names of slots that only align the next, where the signature doesn't say so.
const ALIGNING: [&str; 5] = ["unused", "reg4", "reg6", "r4", "r6"];
/// What the two slots of one value are told apart by, the upper one second.
const HALVES: [[&str; 2]; 5] = [
    ["_lo", "_hi"],
    ["low", "high"],
    ["low", "hi"],
    ["lo", "hi"],
    ["2", "1"],
];

/// The argument of that name, or in that place, of a call with these arguments.
///
/// # Errors
///
/// There is none.
pub fn look(arch: &Arch, call: &Syscall, name: &str, args: &[u64; 6]) -> Result<View, Missing> {
    let slots = call.args_on(arch.table);
    let is_it = |arg: &Arg| arg.name == name && arg.class != Class::Pad;
    let pairs = pairs(arch.table, call, slots);
    if let Some(slot) = slots.iter().position(is_it) {
        // Half of a value, named: which slot that is depends on the byte order, not on the order of the names.
        let half = pairs
            .iter()
            .find(|pair| (**pair..**pair + 2).contains(&slot));
        let slot = half.map_or(slot, |pair| {
            pair + usize::from(is_upper(name) != arch.big_endian)
        });
        return one(arch.table, slots, slot, args);
    }
    let unnamed = |arg: &&Arg| !slots.iter().any(|slot| slot.name == arg.name);
    let lost: Vec<&Arg> = call.args.iter().filter(unnamed).collect();
    if let Some(arg) = lost.iter().find(|arg| arg.name == name) {
        if is_wide(arg) && !arch.table.has_wide_registers() {
            let mut wide = lost.iter().filter(|arg| is_wide(arg));
            let at = wide.position(|arg| arg.name == name).ok_or(Missing)?;
            return match lost.iter().filter(|arg| is_wide(arg)).count() {
                wanted if wanted == pairs.len() => two(arch, arg, pairs[at], args),
                // A layout of the arch's own, in which nothing is guessed.
                _ => Err(Missing),
            };
        }
        let narrow: Vec<&&Arg> = lost.iter().filter(|arg| !is_wide(arg)).collect();
        let left: Vec<usize> = (0..slots.len())
            .filter(|slot| {
                let arg = &slots[*slot];
                let known = call.args.iter().any(|own| own.name == arg.name);
                let half = pairs.iter().any(|pair| (*pair..*pair + 2).contains(slot));
                !known && !half && arg.class != Class::Pad && !ALIGNING.contains(&arg.name)
            })
            .collect();
        let at = narrow
            .iter()
            .position(|arg| arg.name == name)
            .ok_or(Missing)?;
        if narrow.len() == left.len() {
            return one(arch.table, slots, left[at], args);
        }
        return Err(Missing);
    }
    match name.strip_prefix("arg").map(str::as_bytes) {
        Some([digit @ b'0'..=b'5']) => one(arch.table, slots, usize::from(digit - b'0'), args),
        _ => Err(Missing),
    }
}

fn is_wide(arg: &Arg) -> bool {
    matches!(arg.class, Class::U64 | Class::S64)
}

/// An argument in one slot.
fn one(table: Table, slots: &[Arg], slot: usize, args: &[u64; 6]) -> Result<View, Missing> {
    let register = if table.has_wide_registers() { 64 } else { 32 };
    let (bits, signed) = match slots.get(slot).map(|arg| (arg.class, arg.ty)) {
        Some((Class::Fd, ty)) => (32, !ty.starts_with("unsigned")),
        Some((Class::I32, _)) => (32, true),
        Some((Class::U32, _)) => (32, false),
        Some((Class::U16, _)) => (16, false),
        Some((Class::Sword, _)) => (register, true),
        Some((Class::S64, _)) => (64, true),
        Some((Class::U64, _)) => (64, false),
        // What the call doesn't use: all of the register.
        Some((Class::Ptr | Class::Word | Class::Pad, _)) | None => (register, false),
    };
    Ok(View {
        passed: *args.get(slot).ok_or(Missing)?,
        bits,
        signed,
        pointer: slots.get(slot).is_some_and(|arg| arg.class == Class::Ptr),
    })
}

/// A 64-bit value in this slot and the next: the upper half comes first where the machine's upper bytes do.
fn two(arch: &Arch, arg: &Arg, first: usize, args: &[u64; 6]) -> Result<View, Missing> {
    let word = |slot: usize| {
        args.get(slot)
            .map(|arg| arg & u64::from(u32::MAX))
            .ok_or(Missing)
    };
    let (earlier, later) = (word(first)?, word(first + 1)?);
    debug_assert!(first + 1 < SEEN);
    let (low, high) = if arch.big_endian {
        (later, earlier)
    } else {
        (earlier, later)
    };
    Ok(View {
        passed: high << 32 | low,
        bits: 64,
        signed: arg.class == Class::S64,
        pointer: false,
    })
}

/// The first slots of the values that take two: there are none where the call has no 64-bit argument or registers are wide enough.
fn pairs(table: Table, call: &Syscall, slots: &[Arg]) -> Vec<usize> {
    let mut pairs = Vec::new();
    if table.has_wide_registers() || !call.args.iter().any(is_wide) {
        return pairs;
    }
    let mut slot = 0;
    while slot + 1 < slots.len() {
        if are_halves(slots[slot].name, slots[slot + 1].name) {
            pairs.push(slot);
            slot += 1;
        }
        slot += 1;
    }
    pairs
}

fn are_halves(one: &str, other: &str) -> bool {
    let stems = |[low, high]: [&str; 2]| Some((one.strip_suffix(low)?, other.strip_suffix(high)?));
    HALVES.iter().any(|[low, high]| {
        let ordered = [stems([*low, *high]), stems([*high, *low])];
        ordered
            .into_iter()
            .flatten()
            .any(|(one, other)| one == other)
    })
}

fn is_upper(name: &str) -> bool {
    HALVES.iter().any(|[_, high]| name.ends_with(high))
}

/// Passes a value as that argument, and leaves all that doesn't count as it is.
///
/// # Errors
///
/// There is no such argument.
pub fn pass(
    arch: &Arch,
    call: &Syscall,
    name: &str,
    value: u64,
    args: &mut [u64; 6],
) -> Result<(), Missing> {
    const LOW: u64 = u32::MAX as u64;
    let bits = look(arch, call, name, args)?.bits;
    let (mut whole, mut low, mut high) = (None, None, None);
    for slot in 0..SEEN {
        let seen = |word: u64| {
            let mut only = [0; SEEN];
            only[slot] = word;
            look(arch, call, name, &only).map_or(0, |view| view.passed)
        };
        match (seen(LOW), seen(!LOW)) {
            (0, 0) => {}
            (LOW, 0) => low = Some(slot),
            (_, 0) => high = Some(slot),
            _ => whole = Some(slot),
        }
    }
    let mut put = |slot: usize, word: u64| args[slot] = args[slot] & !LOW | word & LOW;
    match (whole, low, high) {
        (Some(slot), ..) if bits == 64 => args[slot] = value,
        (Some(slot), ..) => put(slot, value),
        (None, Some(low), Some(high)) => {
            put(low, value);
            put(high, value >> 32);
        }
        _ => return Err(Missing),
    }
    Ok(())
}
