use serde_json::{Value, json};

use super::*;
use crate::query::target;

fn process(pid: u32, state: char, namespaces: &Value) -> Value {
    json!({
        "pid": pid, "comm": "sleep", "state": state.to_string(), "start_ticks": 1000 + pid, "ns_pids": [],
        "container": (pid < 20).then_some("7c1a26"), "namespaces": namespaces,
    })
}

/// A container of three, whose first process has ended, and a few others.
fn snapshot() -> Snapshot {
    let inside = json!({ "mnt": 10, "net": 11, "user": 3 });
    let mut kernel = process(30, 'I', &json!({ "mnt": 1, "net": 2, "user": 3 }));
    kernel["kernel_thread"] = json!(true);
    serde_json::from_value(json!({
        "schema": crate::model::SCHEMA, "captured_at": "", "duration_ms": 0,
        "host": { "namespaces": {}, "pid_namespace_is_initial": true },
        "viewer": { "pid": 1, "uid": 1000, "namespaces": { "mnt": 1, "net": 2, "user": 3 } },
        "engines": [], "gaps": [],
        "processes": [
            process(7, 'Z', &json!({ "mnt": null, "net": null, "user": 3 })), process(12, 'S', &inside),
            process(13, 'S', &inside), process(25, 'S', &json!({ "mnt": 9, "net": null, "user": 3 })), kernel,
            process(40, 'S', &json!({ "mnt": 1, "net": 2, "user": 3 })),
            process(50, 'S', &json!({ "mnt": 10, "net": 11, "user": 8 })),
        ],
        "containers": [{
            "id": "7c1a26", "name": "web", "engine": "docker", "name_source": "engine", "labels": {}, "init_pid": 7,
            "process_count": 3, "sharing": {}, "drift": [], "networks": [], "mounts": [],
        }],
    }))
    .unwrap()
}

fn wish(kinds: Kinds) -> Wish {
    Wish {
        kinds,
        tools: None,
        environment: Environment::Clean,
        confined: false,
        command: None,
    }
}

fn decided(word: &str, wish: &Wish) -> Result<Plan, Refusal> {
    decided_as(1000, word, wish)
}

fn decided_as(uid: u32, word: &str, wish: &Wish) -> Result<Plan, Refusal> {
    let mut snapshot = snapshot();
    snapshot.viewer.uid = uid;
    decide(&snapshot, target(&snapshot, word).unwrap(), wish)
}

fn kinds(plan: &Plan) -> Vec<(Kind, u32)> {
    let all = plan.namespaces.iter();
    all.map(|(kind, inode)| (kind, inode.0)).collect()
}

#[test]
fn a_container_is_entered_by_its_first_process_that_lives_where_it_differs_from_us() {
    let plan = decided("web", &wish(Kinds::All)).unwrap();
    let door = Door::Process {
        pid: 12,
        start_ticks: 1012,
    };
    assert_eq!(plan.door, door);
    assert_eq!(kinds(&plan), [(Kind::Mnt, 10), (Kind::Net, 11)]);
    assert_eq!(plan.files, Files::Target);
}

#[test]
fn what_is_named_is_entered_with_our_files_unless_they_are_named() {
    let plan = decided("web", &wish(Kinds::Some(vec![Kind::Net, Kind::User]))).unwrap();
    assert_eq!(kinds(&plan), [(Kind::Net, 11)]);
    assert_eq!(plan.files, Files::Own);
    let plan = decided("web", &wish(Kinds::Some(vec![Kind::Mnt]))).unwrap();
    assert_eq!(plan.files, Files::Target);
}

#[test]
fn tools_of_the_host_stay_outside_or_come_along() {
    let with = |tools| Wish {
        tools: Some(tools),
        ..wish(Kinds::All)
    };
    let plan = decided("web", &with(Tools::Outside)).unwrap();
    assert_eq!(
        (kinds(&plan), plan.files),
        (vec![(Kind::Net, 11)], Files::Tools)
    );
    let plan = decided("web", &with(Tools::Full)).unwrap();
    assert_eq!(plan.files, Files::Full);
    assert!(plan.namespaces.get(Kind::Mnt).is_some());
    let named = Wish {
        tools: Some(Tools::Full),
        ..wish(Kinds::Some(vec![Kind::Net]))
    };
    let plan = decided("web", &named).unwrap();
    assert_eq!(kinds(&plan), [(Kind::Mnt, 10), (Kind::Net, 11)]);
    let no_files = decided("net:[11]", &with(Tools::Full));
    assert!(matches!(no_files, Err(Refusal::OtherKind(_, Kind::Mnt))));
}

#[test]
fn with_other_files_neither_the_targets_environment_nor_its_rights_are_taken() {
    let net = Kinds::Some(vec![Kind::Net]);
    for (kinds, tools, is_refused) in [
        (Kinds::All, None, false),
        (Kinds::Some(vec![Kind::Mnt]), None, false),
        (net.clone(), None, true),
        (net, Some(Tools::Outside), true),
        (Kinds::All, Some(Tools::Outside), true),
        (Kinds::All, Some(Tools::Full), true),
    ] {
        let wish = Wish {
            tools,
            ..wish(kinds)
        };
        let environment = Wish {
            environment: Environment::Target,
            ..wish.clone()
        };
        let environment = decided("web", &environment).err();
        assert_eq!(
            environment,
            is_refused.then_some(Refusal::EnvironmentWithOurs),
            "{wish:?}"
        );
        let confined = Wish {
            confined: true,
            ..wish.clone()
        };
        let confined = decided("web", &confined).err();
        assert_eq!(
            confined,
            is_refused.then_some(Refusal::ConfinedWithOurs),
            "{wish:?}"
        );
    }
}

#[test]
fn tools_stay_out_of_a_user_namespace_and_of_what_they_cannot_enter() {
    let tools = |kinds| Wish {
        tools: Some(Tools::Outside),
        ..wish(kinds)
    };
    let decided = |word: &str, wish: &Wish| decided_as(0, word, wish);
    let plan = decided("50", &tools(Kinds::All)).unwrap();
    assert_eq!(kinds(&plan), [(Kind::Net, 11)]);
    // An ordinary user gets nowhere without the user namespace, and has nothing in it to lose to its root.
    let plan = decided_as(1000, "50", &tools(Kinds::All)).unwrap();
    assert_eq!(kinds(&plan), [(Kind::Net, 11), (Kind::User, 8)]);
    for kind in [Kind::Mnt, Kind::User] {
        let named = tools(Kinds::Some(vec![Kind::Net, kind]));
        let refused = decided("50", &named);
        assert!(matches!(refused, Err(Refusal::Outside(which, _)) if which == kind));
    }
    let refused = decided("user:[8]", &tools(Kinds::All)).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "--tools stays outside of the user namespace, whose root would get at our files through the command: not with -U"
    );
    let full = Wish {
        tools: Some(Tools::Full),
        ..wish(Kinds::All)
    };
    assert!(kinds(&decided("50", &full).unwrap()).contains(&(Kind::User, 8)));
}

#[test]
fn a_namespace_is_entered_by_any_process_in_it() {
    let plan = decided("net:[11]", &wish(Kinds::All)).unwrap();
    assert_eq!(
        (plan.pid(), kinds(&plan)),
        (Some(12), vec![(Kind::Net, 11)])
    );
    let plan = decided("mnt:[1]", &wish(Kinds::All)).unwrap();
    assert_eq!(plan.pid(), Some(40), "not by a thread of the kernel");
    let other = decided("net:[11]", &wish(Kinds::Some(vec![Kind::Mnt])));
    assert!(matches!(other, Err(Refusal::OtherKind(_, Kind::Mnt))));
}

#[test]
fn who_cannot_be_entered_is_refused_with_a_reason() {
    let refused = |word: &str| decided(word, &wish(Kinds::All)).unwrap_err().to_string();
    assert_eq!(
        refused("7"),
        "the process 7 (sleep) has ended and only waits for its parent: it is in no namespaces any more"
    );
    assert_eq!(
        refused("30"),
        "the process 30 (sleep) is a thread of the kernel: it has no files to run anything from"
    );
    assert_eq!(
        refused("25"),
        "the net namespace of the process 25 (sleep) is not known; root may read it"
    );
    let time = decided("12", &wish(Kinds::Some(vec![Kind::Time])));
    assert_eq!(time, Err(Refusal::Unsupported(Kind::Time)));
}

#[test]
fn a_file_leads_into_one_namespace_and_knows_no_process() {
    let key = (Kind::Net, Inode(70));
    let path = PathBuf::from("/run/netns/blue");
    let plan = through_file(key, path.clone(), &wish(Kinds::All)).unwrap();
    assert_eq!(
        (plan.door, plan.files),
        (Door::File(path.clone()), Files::Own)
    );
    let confined = Wish {
        confined: true,
        ..wish(Kinds::All)
    };
    let refused = through_file(key, path, &confined);
    assert!(matches!(refused, Err(Refusal::NeedsProcess(..))));
}

#[test]
fn the_environment_of_a_process_among_our_own_files_is_not_taken_by_root() {
    let with_env = Wish {
        environment: Environment::Target,
        ..wish(Kinds::All)
    };
    let mut snapshot = snapshot();
    for (uid, mnt, is_refused) in [(0, 1, true), (0, 10, false), (1000, 1, false)] {
        snapshot.viewer.uid = uid;
        for process in snapshot.processes.iter_mut().flatten() {
            process.namespaces.set(Kind::Mnt, Some(Inode(mnt)));
        }
        let decided = decide(&snapshot, target(&snapshot, "12").unwrap(), &with_env);
        let refused = is_refused.then_some(Refusal::EnvironmentWithOurs);
        assert_eq!(decided.err(), refused, "{uid} {mnt}");
    }
}
