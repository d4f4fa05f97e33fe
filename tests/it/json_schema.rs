//! The JSON form: what the types say, what `assets/` says, and what the program prints.

use std::fs;
use std::path::Path;

use nslens::model::Snapshot;
use serde_json::Value;

use crate::support::fake_proc::{FakeProc, FakeProcess, id};
use crate::support::program::json_run;

/// The schema that the package carries is the one that its types give. `NSLENS_BLESS=1 cargo test json_schema` writes
/// it anew.
#[test]
fn the_packaged_schema_is_that_of_the_types() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/snapshot.schema.json");
    let schema = schemars::schema_for!(Snapshot);
    let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
    if std::env::var_os("NSLENS_BLESS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &text).unwrap();
    }
    let packaged = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        packaged == text,
        "the types have changed: NSLENS_BLESS=1 cargo test json_schema, and a new name in `schema` if readers break"
    );
}

#[test]
fn what_is_printed_of_a_made_up_host_is_valid() {
    let fake = FakeProc::new();
    fake.add(&FakeProcess::new(50).in_docker(&id('a'), 4_026_540_000));
    fake.add(
        &FakeProcess::new(51)
            .ns("net", 4_026_541_000)
            .cmdline(b"x".repeat(5000)),
    );
    fake.spoil("50/ns/net");
    fake.write("51/stat", b"nonsense");
    let value = json_run(&fake.arguments()).json();
    assert_valid(&value);
    assert!(!value["gaps"].as_array().unwrap().is_empty());
}

#[test]
fn what_is_printed_of_this_host_is_valid() {
    assert_valid(&json_run(&["--no-docker"]).json());
}

#[test]
fn sections_left_out_are_absent() {
    let fake = FakeProc::new();
    for section in ["namespaces", "processes", "containers"] {
        let value = json_run(&fake.with(&["--only", section])).json();
        assert_valid(&value);
        for other in ["namespaces", "processes", "containers", "groups"] {
            let wanted = other == section || other == "groups" && section == "containers";
            assert_eq!(
                value.get(other).is_some(),
                wanted,
                "{other} with --only {section}"
            );
        }
    }
}

#[test]
fn the_schema_refuses_what_is_wrong() {
    let fake = FakeProc::new();
    let mut value = json_run(&fake.arguments()).json();
    value["processes"][0]["pid"] = "one".into();
    assert!(validator().iter_errors(&value).next().is_some());
}

fn validator() -> jsonschema::Validator {
    let schema = serde_json::to_value(schemars::schema_for!(Snapshot)).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

#[track_caller]
pub(crate) fn assert_valid(value: &Value) {
    let wrong: Vec<_> = validator()
        .iter_errors(value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
