//! Text → tokens. Every text has tokens; what is wrong with them is the parser's to say.

/// One token, and where it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token<'a> {
    /// Byte at which it begins.
    pub(super) at: usize,
    /// What it is.
    pub(super) what: What<'a>,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What<'a> {
    /// `(`
    Open,
    /// `)`
    Close,
    /// `!` at the beginning of a term.
    Not,
    /// `and`, which may stand between terms and changes nothing.
    And,
    /// `or`
    Or,
    /// Anything else, as typed: quotes and all.
    Word(&'a str),
}

/// The tokens of `text`.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let (mut tokens, mut at) = (Vec::new(), 0);
    while let Some(space) = text[at..].find(|char: char| !char.is_whitespace()) {
        at += space;
        let (what, length) = first(&text[at..]);
        tokens.push(Token { at, what });
        at += length;
    }
    tokens
}

/// The token at the beginning of `text`, which is not empty, and its length.
fn first(text: &str) -> (What<'_>, usize) {
    let sign = match text.as_bytes()[0] {
        b'(' => What::Open,
        b')' => What::Close,
        b'!' => What::Not,
        _ => {
            let word = &text[..word_end(text)];
            let what = match word {
                _ if word.eq_ignore_ascii_case("or") => What::Or,
                _ if word.eq_ignore_ascii_case("and") => What::And,
                _ => What::Word(word),
            };
            return (what, word.len());
        }
    };
    (sign, 1)
}

/// A word ends at a space or parenthesis outside quotes. The parentheses of a regular expression belong to it as long
/// as they come in pairs or behind a backslash.
fn word_end(text: &str) -> usize {
    let (mut quoted, mut depth) = (false, 0_usize);
    let mut chars = text.char_indices().peekable();
    while let Some((at, char)) = chars.next() {
        match char {
            '"' => quoted = !quoted,
            '\\' if quoted || is_regex(&text[..at]) => {
                chars.next_if(|(_, next)| quoted || !(next.is_whitespace() || *next == '"'));
            }
            _ if quoted => {}
            '(' if is_regex(&text[..at]) => depth += 1,
            ')' if depth > 0 => depth -= 1,
            '(' | ')' => return at,
            _ if char.is_whitespace() => return at,
            _ => {}
        }
    }
    text.len()
}

/// Whether a word that begins so holds a regular expression: `~…` or `field:~…`.
fn is_regex(word: &str) -> bool {
    let value = word.trim_start_matches(|char: char| char.is_ascii_alphabetic());
    value.strip_prefix(':').unwrap_or(value).starts_with('~')
        && (value.starts_with(':') || value.len() == word.len())
}

/// `raw` without its quotes, within which `\"` and `\\` stand for `"` and `\`. `Err` is the byte of a quote that is
/// never closed.
pub(super) fn unquote(raw: &str) -> Result<String, usize> {
    let (mut plain, mut open) = (String::with_capacity(raw.len()), None);
    let mut chars = raw.char_indices().peekable();
    while let Some((at, char)) = chars.next() {
        match char {
            '"' => open = open.is_none().then_some(at),
            '\\' if open.is_some() => {
                let escaped = chars.next_if(|(_, next)| matches!(next, '"' | '\\'));
                plain.push(escaped.map_or(char, |(_, next)| next));
            }
            _ => plain.push(char),
        }
    }
    open.map_or(Ok(plain), Err)
}

/// `text` as a value that reads back as itself: in quotes where it needs them.
pub(super) fn quote(text: &str) -> String {
    let special = |char: char| char.is_whitespace() || matches!(char, '"' | '(' | ')');
    if !text.contains(special) && !text.starts_with('~') {
        return text.to_owned();
    }
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_end_where_they_should() {
        for (text, words) in [
            ("a  b", &["a", "b"][..]),
            ("a(b)", &["a", "(", "b", ")"]),
            ("(~a)", &["(", "~a", ")"]),
            ("~^(a|b)$ c", &["~^(a|b)$", "c"]),
            ("(image:~(a|(b)))", &["(", "image:~(a|(b))", ")"]),
            (r"~\(a\) b", &[r"~\(a\)", "b"]),
            (r"(~\\)", &["(", r"~\\", ")"]),
            ("\"a b\" c", &["\"a b\"", "c"]),
            ("label:k=\"x) y\"z", &["label:k=\"x) y\"z"]),
            (r#""a\" b" c"#, &[r#""a\" b""#, "c"]),
            ("\"open (", &["\"open ("]),
            ("!!a!b", &["!", "!", "a!b"]),
            ("a\u{3000}größe", &["a", "größe"]),
        ] {
            let found = tokens(text).into_iter().map(|token| match token.what {
                What::Open => "(",
                What::Close => ")",
                What::Not => "!",
                What::And => "and",
                What::Or => "or",
                What::Word(word) => word,
            });
            assert_eq!(found.collect::<Vec<_>>(), words, "{text}");
        }
    }

    #[test]
    fn or_is_a_word_in_quotes_only() {
        let whats = |text| -> Vec<_> { tokens(text).iter().map(|token| token.what).collect() };
        assert_eq!(whats("or OR"), [What::Or, What::Or]);
        assert_eq!(
            whats("\"or\" order"),
            [What::Word("\"or\""), What::Word("order")]
        );
    }

    #[test]
    fn quoted_text_reads_back() {
        for text in ["a", "a b", "~a", "a\"b", r"a\", r"a\ ", "(", "x\ny", "or"] {
            assert_eq!(unquote(&quote(text)).unwrap(), text);
        }
        assert_eq!(unquote("a\"b"), Err(1));
        assert_eq!(unquote(r#""\d\"x""#).unwrap(), r#"\d"x"#);
    }
}
