//! The files that a policy includes, read from the disk.

use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Span, TokenStream};
use quote::quote;
use seccomptime_compiler::include::{File, Files};
use seccomptime_compiler::lex::{Position, lex};
use seccomptime_compiler::token::Loc;

/// The files read so far.
pub struct Disk {
    /// Where each `include` of the attribute itself stands, by its location.
    spans: Vec<Span>,
    /// The next location to hand out.
    next: u32,
    read: Vec<Read>,
}

/// A file that was read.
struct Read {
    first: u32,
    positions: Vec<Position>,
    /// As messages name it: from the package's root.
    shown: String,
    path: PathBuf,
    /// The `include` of the attribute that led here.
    span: Span,
}

impl Disk {
    /// For a policy whose own tokens stand at `spans`.
    pub fn new(spans: Vec<Span>) -> Disk {
        Disk {
            next: u32::try_from(spans.len()).unwrap_or(u32::MAX),
            spans,
            read: Vec::new(),
        }
    }

    /// Where a token seems to stand for rustc: what comes from a file stands at its `include`.
    pub fn span(&self, loc: Loc) -> Span {
        let own = usize::try_from(loc.0)
            .ok()
            .and_then(|at| self.spans.get(at));
        let own = own.copied();
        own.or_else(|| Some(self.find(loc)?.0.span))
            .unwrap_or_else(Span::call_site)
    }

    /// `file:line:column: ` for a token that comes from a file.
    pub fn place(&self, loc: Loc) -> String {
        match self.find(loc) {
            Some((file, at)) => format!("{}:{}:{}: ", file.shown, at.line, at.column),
            None => String::new(),
        }
    }

    /// Whether a token comes from a file.
    pub fn holds(&self, loc: Loc) -> bool {
        self.find(loc).is_some()
    }

    /// Items that make cargo build anew when one of the files changes.
    pub fn tracking(&self) -> TokenStream {
        let (outside, inside): (Vec<&Read>, _) = self
            .read
            .iter()
            .partition(|file| Path::new(&file.shown).is_absolute());
        let outside = outside.into_iter().map(|file| &file.shown);
        let inside = inside.into_iter().map(|file: &Read| &file.shown);
        quote! {
            #(const _: &[::core::primitive::u8] = ::core::include_bytes!(
                ::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), "/", #inside)
            );)*
            #(const _: &[::core::primitive::u8] = ::core::include_bytes!(#outside);)*
        }
    }

    fn find(&self, loc: Loc) -> Option<(&Read, Position)> {
        self.read.iter().find_map(|file| {
            let at = usize::try_from(loc.0.checked_sub(file.first)?).ok()?;
            Some((file, *file.positions.get(at)?))
        })
    }
}

impl Files for Disk {
    fn read(&mut self, path: &str, at: Loc) -> Result<File, String> {
        let root = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let Some(root) = root else {
            return Err(format!(
                "`{path}` is looked for from the package's root, which cargo says and nothing else: build with cargo, or write the rules here"
            ));
        };
        let folder = match self.find(at) {
            Some((file, _)) => file.path.parent().unwrap_or(&root).to_path_buf(),
            None => root.clone(),
        };
        let path = folder.join(path);
        let shown = shown(&path, &root);
        let unreadable = |error| format!("`{shown}` can't be read: {error}");
        let text = fs::read_to_string(&path).map_err(unreadable)?;
        let path = fs::canonicalize(&path).map_err(unreadable)?;
        let lexed = lex(&text, self.next).map_err(|error| {
            let Position { line, column } = error.position;
            format!("{shown}:{line}:{column}: {}", error.message)
        })?;
        let count = u32::try_from(lexed.positions.len()).unwrap_or(u32::MAX);
        let span = self.span(at);
        self.read.push(Read {
            first: self.next,
            positions: lexed.positions,
            shown: shown.clone(),
            path,
            span,
        });
        self.next = self.next.saturating_add(count);
        Ok(File {
            name: shown,
            tokens: lexed.tokens,
        })
    }
}

/// The path from the package's root, without what leads nowhere; what isn't below it is told whole.
fn shown(path: &Path, root: &Path) -> String {
    // Where a file is in truth is known without links, and where the root is with them.
    let real = fs::canonicalize(root);
    let real = real.as_deref().unwrap_or(root);
    let below = path.strip_prefix(root).or_else(|_| path.strip_prefix(real));
    let Ok(relative) = below else {
        return path.to_string_lossy().into_owned();
    };
    let mut parts: Vec<String> = Vec::new();
    for part in relative.components() {
        let part = part.as_os_str().to_string_lossy().into_owned();
        let goes_up = part == ".." && parts.last().is_some_and(|last| last != "..");
        if goes_up {
            parts.pop();
        } else if part != "." {
            parts.push(part);
        }
    }
    parts.join("/")
}
