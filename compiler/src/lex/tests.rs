use super::*;

fn trees(text: &str) -> Vec<String> {
    let lexed = lex(text, 0).unwrap();
    lexed.tokens.iter().map(ToString::to_string).collect()
}

fn message(text: &str) -> (u32, u32, String) {
    let e = lex(text, 0).unwrap_err();
    (e.position.line, e.position.column, e.message)
}

#[test]
fn a_mark_of_the_byte_order_is_no_token() {
    let column = |text: &str| lex(text, 0).map(|lexed| lexed.positions[1].column);
    assert_eq!(column("\u{feff}allow (read)"), column("allow (read)"));
    assert_eq!(message("\u{feff}§").1, 1);
    assert!(lex("allow\u{feff}", 0).is_err());
}

#[test]
fn numbers_stop_before_a_range() {
    assert_eq!(trees("1..=15"), ["1", ".", ".", "=", "15"]);
    assert_eq!(trees("1.5 0x7E02_0000u64"), ["1.5", "0x7E02_0000u64"]);
}

#[test]
fn literals_of_every_kind() {
    let text = r####"b'x' '\'' 'static "a \" b" r#"raw " "# br"x" c"y""####;
    let want = [
        "b'x'",
        r"'\''",
        "'static",
        r#""a \" b""#,
        r##"r#"raw " "#"##,
        "br\"x\"",
        "c\"y\"",
    ];
    assert_eq!(trees(text), want);
}

#[test]
fn keywords_and_raw_identifiers_are_identifiers() {
    assert_eq!(trees("type r#type break"), ["type", "r#type", "break"]);
    let lexed = lex("r#type", 0).unwrap();
    assert_eq!(lexed.tokens[0].ident(), Some("type"));
}

#[test]
fn comments_nest_and_are_blank() {
    assert_eq!(trees("a /* b /* c */ d */ e // f\ng"), ["a", "e", "g"]);
}

#[test]
fn positions_count_from_one() {
    let lexed = lex("allow(\n  read)", 5).unwrap();
    assert_eq!(lexed.tokens[0].loc, Loc(5));
    let group = lexed.tokens[1].group(Delimiter::Parenthesis).unwrap();
    assert_eq!(group[0].loc, Loc(7));
    assert_eq!(lexed.positions[2], Position { line: 2, column: 3 });
}

#[test]
fn joint_punctuation() {
    let lexed = lex("a == b = = /= //", 0).unwrap();
    let joints: Vec<bool> = (lexed.tokens.iter())
        .filter_map(|t| match t.tree {
            Tree::Punct { joint, .. } => Some(joint),
            _ => None,
        })
        .collect();
    assert_eq!(joints, [true, false, false, false, true, false]);
}

#[test]
fn mistakes_are_told_with_their_place() {
    assert_eq!(
        message("allow(\nread"),
        (1, 6, "`(` is never closed".to_owned())
    );
    assert_eq!(message("a]"), (1, 2, "`]` closes nothing".to_owned()));
    assert_eq!(message("(a]"), (1, 3, "expected `)`, found `]`".to_owned()));
    assert_eq!(
        message("x \"abc"),
        (1, 3, "this string is never closed".to_owned())
    );
    assert_eq!(
        message("\n /* a"),
        (2, 2, "this comment is never closed".to_owned())
    );
    let nothing = "neither a character nor a name stands behind this `'`";
    for text in ["''", "'", "1'", "'9", "'\\"] {
        assert_eq!(message(text).2, nothing, "{text}");
    }
    assert_eq!(
        message("a \u{1}"),
        (1, 3, r"`\u{1}` starts no token".to_owned())
    );
}

#[test]
fn deep_nesting_is_an_error_and_not_a_crash() {
    let text = "(".repeat(100_000);
    assert_eq!(message(&text).2, "more than 128 brackets deep");
}
