//! Holds the import rule of the crate's layers against the paths in `src/`.

use std::fs;
use std::path::{Path, PathBuf};

/// Where a rule applies: the longest prefix of a file's path below `src/` that is listed decides.
struct Layer {
    place: &'static str,
    /// Modules of this crate that it may name; `*` for all.
    inside: &'static [&'static str],
    /// Crates that it may name; `*` for all.
    crates: &'static [&'static str],
    /// Whether it must not touch the host: files, processes, clocks.
    pure: bool,
}

const fn layer(
    place: &'static str,
    inside: &'static [&'static str],
    crates: &'static [&'static str],
    pure: bool,
) -> Layer {
    Layer {
        place,
        inside,
        crates,
        pure,
    }
}

const LAYERS: &[Layer] = &[
    layer("model", &[], &["serde", "schemars", "thiserror"], true),
    layer("collect", &["model"], &["rustix", "thiserror"], false),
    layer("collect/syscall", &[], &["libc", "rustix"], false),
    layer("collect/network", &["model"], &NETLINK, false),
    layer(
        "collect/engines",
        &["model"],
        &["rustix", "thiserror", "serde", "serde_json", "sha2"],
        false,
    ),
    layer(
        "collect/runtimes",
        &["model"],
        &["rustix", "serde", "serde_json"],
        false,
    ),
    layer(
        "collect/network",
        &["model"],
        &[
            "rustix",
            "thiserror",
            "libc",
            "netlink_sys",
            "netlink_packet_core",
        ],
        false,
    ),
    // bollard and the runtime it needs live here, with the connection that limits what an engine may send.
    layer("collect/engines/docker", &["model"], &ENGINE, false),
    layer(
        "assemble",
        &["model", "collect::observation"],
        &["humantime", "thiserror"],
        true,
    ),
    layer(
        "demo",
        &["model", "collect::observation", "assemble"],
        &[],
        true,
    ),
    layer("query", &["model"], &["regex", "thiserror"], true),
    layer("findings", &["model"], &[], true),
    layer(
        "report",
        &["model", "query"],
        &[
            "serde",
            "serde_json",
            "humantime",
            "thiserror",
            "unicode_width",
        ],
        true,
    ),
    layer(
        "enter",
        &["model", "query"],
        &[
            "close_fds",
            "rustix",
            "thiserror",
            "serde",
            "serde_json",
            "signal_hook",
        ],
        false,
    ),
    layer(
        "tui",
        &["model", "query", "report", "enter"],
        &TERMINAL,
        false,
    ),
    layer("tui/view", &["model", "query"], &TERMINAL, true),
    layer(
        "tui/list",
        &["model", "query", "report::words"],
        &TERMINAL,
        true,
    ),
    layer(
        "tui/facts",
        &["model", "query", "report::words"],
        &TERMINAL,
        true,
    ),
    layer(
        "tui/update",
        &["model", "query", "report", "enter"],
        &TERMINAL,
        true,
    ),
    layer("tui/keys", &["model"], &["ratatui"], true),
    layer("tui/config", &["model"], &["toml", "thiserror"], true),
    layer(
        "cli",
        &["model", "tui::ThemeName"],
        &["clap", "thiserror"],
        false,
    ),
    layer(
        "settings",
        &["tui::Config"],
        &["rustix", "thiserror"],
        false,
    ),
    layer(
        "live",
        &["*"],
        &["rustix", "signal_hook", "humantime"],
        false,
    ),
    layer("run", &["*"], &EDGE, false),
    layer("main", &["*"], &EDGE, false),
    layer("lib", &["*"], &[], true),
];

/// The kernel's numbers, frames and sockets.
const NETLINK: [&str; 5] = [
    "libc",
    "netlink_packet_core",
    "netlink_sys",
    "rustix",
    "thiserror",
];

/// The engine client, and what its connection is made of.
const ENGINE: [&str; 13] = [
    "bollard",
    "tokio",
    "hyper",
    "hyper_util",
    "hyper_rustls",
    "rustls",
    "rustls_pki_types",
    "tower_service",
    "futures_util",
    "rustix",
    "thiserror",
    "serde",
    "serde_json",
];

const TERMINAL: [&str; 8] = [
    "ratatui",
    "tui_input",
    "base64",
    "rustix",
    "signal_hook",
    "humantime",
    "thiserror",
    "unicode_width",
];

/// What the edge of the program may name besides.
const EDGE: [&str; 5] = ["anyhow", "clap", "humantime", "rustix", "signal_hook"];

/// What a pure layer must not name.
const IMPURE: [&str; 9] = [
    "std::fs",
    "std::net",
    "std::os",
    "std::process::Command",
    "std::thread",
    "SystemTime::now",
    "std::time::SystemTime::now",
    "Instant::now",
    "std::time::Instant::now",
];

#[test]
fn every_file_keeps_to_its_layer() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let dependencies = dependencies(&fs::read_to_string(root.join("Cargo.toml")).unwrap());
    assert!(dependencies.contains(&"ratatui".to_owned()));
    let mut files = Vec::new();
    sources(&root.join("src"), &mut files);
    assert!(files.len() > 10, "no sources found");
    let mut wrong = Vec::new();
    for file in files {
        let place = file.strip_prefix(root.join("src")).unwrap();
        let text = fs::read_to_string(&file).unwrap();
        wrong.extend(violations(place.to_str().unwrap(), &text, &dependencies));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn unsafe_code_has_one_home() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    files.retain(|file| {
        let text = code(&fs::read_to_string(file).unwrap());
        text.contains("unsafe ") || text.contains("unsafe_code")
    });
    assert_eq!(files, [root.join("collect/syscall.rs")]);
}

#[test]
fn the_check_finds_what_it_is_for() {
    let dependencies = ["ratatui", "serde_json", "bollard"].map(str::to_owned);
    for (place, text, wrong) in [
        (
            "model/kind.rs",
            "use crate::collect::proc;\n",
            "crate::collect::proc",
        ),
        (
            "model/kind.rs",
            "use crate::{\n    query,\n};\n",
            "crate::query",
        ),
        (
            "model/kind.rs",
            "use super::super::collect;\n",
            "super::super::collect",
        ),
        ("model/mod.rs", "use super::collect;\n", "super::collect"),
        (
            "model/kind.rs",
            "fn f() { serde_json::to_string(&1); }\n",
            "serde_json::to_string",
        ),
        (
            "assemble/mod.rs",
            "use crate::collect::proc::Root;\n",
            "crate::collect::proc::Root",
        ),
        (
            "query/mod.rs",
            "use std::{fmt, fs::File};\n",
            "std::fs::File",
        ),
        (
            "query/mod.rs",
            "let now = SystemTime::now();\n",
            "SystemTime::now",
        ),
        (
            "report/text.rs",
            "use crate::tui::app;\n",
            "crate::tui::app",
        ),
        (
            "collect/proc/stat.rs",
            "use bollard::Docker;\n",
            "bollard::Docker",
        ),
        (
            "tui/view/matrix.rs",
            "std::fs::read(path);\n",
            "std::fs::read",
        ),
        ("novel/mod.rs", "", "novel/mod.rs"),
    ] {
        let found = violations(place, text, &dependencies);
        assert_eq!(found.len(), 1, "{place}: {text}: {found:?}");
        assert!(found[0].contains(wrong), "{found:?} lacks {wrong}");
    }
}

#[test]
fn only_the_configuration_names_toml() {
    let wrong = |place| violations(place, "use toml::de::DeTable;\n", &["toml".to_owned()]);
    assert_eq!(wrong("tui/config.rs"), Vec::<String>::new());
    for place in ["tui/app.rs", "tui/keys/keymap.rs", "settings.rs", "run.rs"] {
        assert_eq!(wrong(place).len(), 1, "{place}");
    }
}

#[test]
fn the_check_lets_pass_what_is_allowed() {
    let dependencies = ["ratatui", "serde_json", "bollard"].map(str::to_owned);
    for (place, text) in [
        (
            "model/kind.rs",
            "// use crate::collect;\nuse serde::Serialize;\n",
        ),
        (
            "model/kind.rs",
            "#[cfg(feature = \"schema\")]\nimpl X {\n    serde_json::Map\n}\n",
        ),
        (
            "model/kind.rs",
            "#[cfg(test)]\nmod tests {\n    use serde_json::json;\n}\n",
        ),
        (
            "assemble/mod.rs",
            "use crate::collect::observation::{Links, Miss};\n",
        ),
        ("collect/engines/docker.rs", "use bollard::Docker;\n"),
        (
            "tui/view/matrix.rs",
            "use ratatui::{Frame, layout::Rect};\nuse super::theme;\n",
        ),
    ] {
        let found = violations(place, text, &dependencies);
        assert!(found.is_empty(), "{place}: {found:?}");
    }
}

/// What the file at `place` below `src/` names and must not.
fn violations(place: &str, text: &str, dependencies: &[String]) -> Vec<String> {
    let module = place.trim_end_matches(".rs").trim_end_matches("/mod");
    let matching = LAYERS.iter().filter(|layer| {
        let rest = module.strip_prefix(layer.place);
        // docker.rs and docker/dial.rs belong together; run.rs and runner.rs do not.
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    });
    let Some(layer) = matching.max_by_key(|layer| layer.place.len()) else {
        return vec![format!("{place}: no rule for this place")];
    };
    let depth = module.split('/').count();
    paths(&code(text))
        .into_iter()
        .filter(|path| !allowed(path, layer, depth, dependencies))
        .map(|path| format!("{place}: {path} is not for {}", layer.place))
        .collect()
}

fn allowed(path: &str, layer: &Layer, depth: usize, dependencies: &[String]) -> bool {
    let mut parts = path.split("::");
    let first = parts.next().unwrap_or_default();
    if layer.pure && IMPURE.iter().any(|bad| begins(path, bad)) {
        return false;
    }
    if first == "super" {
        // As many as the module is deep lead to the root of the crate, past the layer.
        return path.split("::").filter(|part| *part == "super").count() < depth;
    }
    if first == "crate" {
        let rest = path.strip_prefix("crate::").unwrap_or_default();
        let own = layer.place.split('/').next().unwrap_or_default();
        return layer.inside.contains(&"*")
            || begins(rest, own)
            || layer.inside.iter().any(|module| begins(rest, module));
    }
    let foreign = dependencies.iter().any(|name| name == first) && path != first;
    !foreign || layer.crates.contains(&"*") || layer.crates.contains(&first)
}

/// Whether `path` is `prefix` or something in it.
fn begins(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// The text without comments, unit tests and what only the feature `schema` switches on.
fn code(text: &str) -> String {
    let mut code = String::new();
    let mut skipping = false;
    for line in text.lines() {
        if line.starts_with("#[cfg(test)]") || line.starts_with("#[cfg(feature = \"schema\")]") {
            skipping = true;
        }
        if skipping {
            // An item at the margin ends at the margin.
            skipping = line.starts_with([' ', '#']) || !line.ends_with(['}', ';']);
            continue;
        }
        let comment = line
            .match_indices("//")
            .find(|(at, _)| !line[..*at].ends_with(':'));
        code.push_str(comment.map_or(line, |(at, _)| &line[..at]));
        code.push('\n');
    }
    code
}

/// Every path with `::` in the code, groups in braces written out.
fn paths(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = code;
    while let Some(start) = rest.find(|char: char| char.is_alphabetic() || char == '_') {
        rest = expand("", &rest[start..], &mut found);
    }
    found.retain(|path| path.contains("::"));
    found
}

/// Reads the path at the beginning of `text` behind `prefix` into `found`, and gives back what follows it.
fn expand<'a>(prefix: &str, text: &'a str, found: &mut Vec<String>) -> &'a str {
    let end = text
        .find(|char: char| !char.is_alphanumeric() && char != '_')
        .unwrap_or(text.len());
    let path = format!("{prefix}{}", &text[..end]);
    let mut rest = &text[end..];
    let Some(behind) = rest.strip_prefix("::") else {
        found.push(path);
        return rest;
    };
    let prefix = format!("{path}::");
    let Some(mut group) = behind.strip_prefix('{') else {
        if behind.starts_with(|char: char| char.is_alphabetic() || char == '_') {
            return expand(&prefix, behind, found);
        }
        found.push(path);
        return behind;
    };
    loop {
        group = group.trim_start_matches(|char: char| char.is_whitespace() || char == ',');
        if group.is_empty() || group.starts_with('}') {
            rest = group.strip_prefix('}').unwrap_or(group);
            return rest;
        }
        if !group.starts_with(|char: char| char.is_alphabetic() || char == '_') {
            group = &group[group.chars().next().map_or(0, char::len_utf8)..];
            continue;
        }
        group = expand(&prefix, group, found);
    }
}

/// Names of the crates in `[dependencies]`, as code writes them.
fn dependencies(manifest: &str) -> Vec<String> {
    let section = manifest
        .split("[dependencies]\n")
        .nth(1)
        .unwrap_or_default();
    let lines = section.lines().take_while(|line| !line.starts_with('['));
    lines
        .filter_map(|line| line.split_once(" = "))
        .filter(|(name, _)| !name.starts_with('#'))
        .map(|(name, _)| name.replace('-', "_"))
        .collect()
}

fn sources(dir: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        if path.is_dir() && name != "tests" {
            sources(&path, files);
        } else if path.extension().is_some_and(|end| end == "rs") && !name.ends_with("tests") {
            files.push(path);
        }
    }
}
