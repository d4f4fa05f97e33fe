//! Command lines as they are typed.

use std::borrow::Cow;

use crate::enter::{Kinds, Tools, Wish};
use crate::model::Snapshot;
use crate::query::{self, Target};

/// The line that enters `target` as `wish` has it.
pub(super) fn enter(snapshot: &Snapshot, target: Target<'_>, wish: &Wish) -> String {
    let mut words = vec!["nslens".to_owned(), "enter".to_owned()];
    if let Kinds::Some(kinds) = &wish.kinds {
        words.extend(kinds.iter().map(|kind| format!("-{}", kind.letter())));
    }
    match wish.tools {
        Some(Tools::Outside) => words.push("--tools".to_owned()),
        Some(Tools::Full) => words.push("--tools=full".to_owned()),
        None => {}
    }
    if wish.confined {
        words.push("--confined".to_owned());
    }
    words.push(word(snapshot, target));
    let command = wish.command.iter().flatten();
    let mut command = command.map(|word| word.to_string_lossy().into_owned());
    if let Some(program) = command.next() {
        words.extend(["--".to_owned(), program]);
        words.extend(command);
    }
    joined(words.iter().map(String::as_str))
}

/// The shortest word that means `target` and nobody else.
fn word(snapshot: &Snapshot, target: Target<'_>) -> String {
    let mut words = match target {
        Target::Host => vec!["host".to_owned(), "1".to_owned()],
        Target::Container(container) => vec![container.name.clone(), container.id.clone()],
        Target::Group(group) => vec![group.name.clone(), group.id.clone()],
        Target::Process(process) => vec![process.pid.to_string()],
        Target::Namespace(kind, inode) => vec![format!("{kind}:{inode}")],
    };
    let last = words.pop().unwrap_or_default();
    let means_it = |word: &String| {
        let is_option = word.starts_with('-');
        !is_option && query::target(snapshot, word).is_ok_and(|found| found == target)
    };
    words.into_iter().find(means_it).unwrap_or(last)
}

/// Words for a shell, with a space between them.
pub(super) fn joined<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.map(quoted).collect::<Vec<_>>().join(" ")
}

/// A word that a shell takes as it is.
fn quoted(word: &str) -> Cow<'_, str> {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || "_-./:,=@%+".contains(char);
    if !word.is_empty() && word.chars().all(is_plain) {
        return Cow::Borrowed(word);
    }
    Cow::Owned(format!("'{}'", word.replace('\'', r"'\''")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_shell_would_take_apart_is_quoted() {
        for (word, written) in [
            ("web", "web"),
            ("net:4026531833", "net:4026531833"),
            ("", "''"),
            ("a b", "'a b'"),
            ("it's", r"'it'\''s'"),
            ("$(x)", "'$(x)'"),
            ("grün", "'grün'"),
            ("*", "'*'"),
        ] {
            assert_eq!(quoted(word), written);
        }
    }
}
