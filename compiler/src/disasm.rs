//! A program as text, with the names of what its numbers mean.
//!
//! ```
//! use seccomptime_compiler::include::NoFiles;
//! use seccomptime_compiler::{Arch, Build, compile, disasm, lex};
//!
//! let tokens = lex::lex("allow(read), default = log", 0).unwrap().tokens;
//! let arch = Arch::from_name("x86_64").unwrap();
//! let program = compile(&tokens, arch, Build { debug: false }, &mut NoFiles);
//! let text = disasm::disassemble(&program.unwrap());
//! assert_eq!(text, "\
//! 0: ld arch
//! 1: jeq x86_64 ? 2 : 4
//! 2: ld nr
//! 3: jeq read ? 5 : 4
//! 4: ret log
//! 5: ret allow
//! ");
//! ```

use core::fmt::Write;

use crate::Program;
use crate::arch::Arch;
use crate::argument::OFFSET_ARGS;
use crate::bpf::{
    AND_K, Constant, Half, Instruction, JA, JEQ_K, JGE_K, JGT_K, JSET_K, LD_W_ABS, OFFSET_ARCH,
    OFFSET_NR, Of, RET_K, XOR_K,
};
use crate::data;

/// One instruction a line: its index, what it does, where it goes on.
pub fn disassemble(program: &Program) -> String {
    let mut text = String::new();
    // What A holds where control arrives at each instruction, as far as all ways there agree; all jumps go forward.
    let count = program.instructions.len();
    let mut holds: Vec<Option<u32>> = vec![None; count + 1];
    let width = count.saturating_sub(1).to_string().len();
    for (at, instruction) in program.instructions.iter().enumerate() {
        let offset = match (instruction.code, instruction.known()) {
            (LD_W_ABS, offset) => offset,
            _ => holds[at],
        };
        for next in successors(at, instruction) {
            if let Some(slot) = holds.get_mut(next) {
                *slot = offset;
            }
        }
        let line = line(at, instruction, holds[at], program);
        // Writing to a String can't fail.
        let _ = writeln!(text, "{at:width$}: {line}");
    }
    text
}

fn successors(at: usize, instruction: &Instruction) -> Vec<usize> {
    let target = |skip: usize| at + 1 + skip;
    match instruction.code {
        RET_K => Vec::new(),
        JA => vec![target(skip(instruction))],
        JEQ_K | JGE_K | JGT_K | JSET_K => vec![
            target(usize::from(instruction.jt)),
            target(usize::from(instruction.jf)),
        ],
        _ => vec![target(0)],
    }
}

fn skip(instruction: &Instruction) -> usize {
    let k = instruction.known().unwrap_or_default();
    usize::try_from(k).unwrap_or(usize::MAX)
}

fn line(at: usize, instruction: &Instruction, holds: Option<u32>, program: &Program) -> String {
    let k = match &instruction.k {
        Constant::Return(action) => return format!("ret {action}"),
        Constant::Known(k) if instruction.code == LD_W_ABS => return format!("ld {}", word(*k)),
        Constant::Known(_) if instruction.code == JA => {
            return format!("ja {}", at + 1 + skip(instruction));
        }
        Constant::Known(k) => constant(*k, holds, program.arch),
        Constant::Value(half) => half_of(*half, program),
    };
    let test = |name: &str| {
        let yes = at + 1 + usize::from(instruction.jt);
        let no = at + 1 + usize::from(instruction.jf);
        format!("{name} {k} ? {yes} : {no}")
    };
    match instruction.code {
        JEQ_K => test("jeq"),
        JGE_K => test("jge"),
        JGT_K => test("jgt"),
        JSET_K => test("jset"),
        AND_K => format!("and {k}"),
        XOR_K => format!("xor {k}"),
        code => format!("{code:#x} {k}"),
    }
}

/// Half of a value, by the text of the value.
fn half_of(half: Half, program: &Program) -> String {
    let text = match half.of {
        Of::One(value) => match program.values.all.get(value) {
            Some(value) => value.expression.text.clone(),
            None => format!("value {value}"),
        },
        Of::Sorted { list, index } => format!("list {list}[{index}]"),
    };
    let part = match (half.high, half.flip) {
        (false, false) => return text,
        (true, false) => "high",
        (false, true) => "flip",
        (true, true) => "flip high",
    };
    format!("{part}({text})")
}

/// A word of `seccomp_data`.
fn word(offset: u32) -> String {
    match offset {
        OFFSET_NR => "nr".to_owned(),
        OFFSET_ARCH => "arch".to_owned(),
        _ if offset >= OFFSET_ARGS => {
            let half = if offset % 8 == 0 { "first" } else { "second" };
            format!("arg{} {half} word", (offset - OFFSET_ARGS) / 8)
        }
        _ => format!("[{offset}]"),
    }
}

fn constant(k: u32, holds: Option<u32>, arch: &Arch) -> String {
    match holds {
        Some(OFFSET_NR) => match data::name_of(arch.table, k) {
            Some(name) => name.to_owned(),
            None => format!("{k:#x}"),
        },
        Some(OFFSET_ARCH) if k == arch.audit => arch.name.to_owned(),
        _ => format!("{k:#x}"),
    }
}
