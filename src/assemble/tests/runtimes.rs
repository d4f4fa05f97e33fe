//! What engines left in files and arguments, against what is seen.

use std::collections::BTreeMap;

use super::*;

fn record(at: usize) -> RuntimeRecord {
    RuntimeRecord {
        id: ID[at].to_owned(),
        source: "/f".to_owned(),
        ..RuntimeRecord::default()
    }
}

fn called(at: usize, name: &str) -> RuntimeRecord {
    RuntimeRecord {
        name: Some(name.to_owned()),
        ..record(at)
    }
}

fn labelled(at: usize, labels: &[(&str, &str)]) -> RuntimeRecord {
    let labels = labels.iter();
    let labels = labels.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    RuntimeRecord {
        labels: labels.collect(),
        ..record(at)
    }
}

fn seen(cgroups: &[&str], records: Vec<RuntimeRecord>) -> Observation {
    let processes = (10..).zip(cgroups);
    let processes = processes.map(|(pid, cgroup)| process(pid, 1, cgroup, links(&[])));
    let mut seen = observation(processes.collect());
    seen.runtimes.records = records;
    seen
}

fn rows(snapshot: &Snapshot) -> Vec<(&str, &str, &str)> {
    let rows = snapshot.containers.iter().flatten();
    rows.map(|row| (&*row.name, &*row.engine, &*row.name_source))
        .collect()
}

#[test]
fn a_file_names_a_container_that_is_seen() {
    let cgroup = docker(0);
    let mut first = called(0, "web");
    first.image = Some("nginx".to_owned());
    let snapshot = assemble(&seen(&[&cgroup], vec![first, called(1, "unseen")]));
    assert_eq!(rows(&snapshot), [("web", "docker", "state_file")]);
    let containers = snapshot.containers.unwrap();
    assert_eq!(containers[0].image.as_deref(), Some("nginx"));
    assert_eq!(snapshot.gaps, []);
}

#[test]
fn an_engine_is_asked_before_a_file_and_a_file_before_another() {
    let cgroup = docker(0);
    let mut seen = seen(&[&cgroup], vec![called(0, "old"), called(0, "older")]);
    let told = |seen: &Observation| {
        let snapshot = assemble(seen);
        let gaps: Vec<_> = snapshot.gaps.iter().map(|gap| gap.what.clone()).collect();
        (snapshot.containers.unwrap()[0].name.clone(), gaps)
    };
    let gap = |shown, other| format!("container {shown}: /f names it {other}");
    assert_eq!(told(&seen), ("old".to_owned(), vec![gap("old", "older")]));
    seen.engines = vec![engine(true, vec![named(0, "new", 10, &[])])];
    let both = vec![gap("new", "old"), gap("new", "older")];
    assert_eq!(told(&seen), ("new".to_owned(), both));
}

#[test]
fn containerd_works_for_others() {
    let (own, kubernetes) = (docker(0), format!("/kubepods/pod1/{}", ID[1]));
    let by = |at| RuntimeRecord {
        engine: Some("containerd".to_owned()),
        ..record(at)
    };
    let snapshot = assemble(&seen(&[&own, &kubernetes], vec![by(0), by(1)]));
    let engines: Vec<_> = rows(&snapshot)
        .into_iter()
        .map(|(_, engine, _)| engine)
        .collect();
    assert_eq!(engines, ["docker", "containerd"]);
}

#[test]
fn the_first_process_is_believed_only_with_its_start() {
    let cgroup = docker(0);
    let init = |start_ticks| {
        let init = Some(InitRecord {
            pid: 11,
            start_ticks,
        });
        let record = RuntimeRecord { init, ..record(0) };
        let snapshot = assemble(&seen(&[&cgroup, &cgroup], vec![record]));
        snapshot.containers.unwrap()[0].init_pid
    };
    assert_eq!(init(11), Some(11));
    assert_eq!(init(12), Some(10), "another process of that pid");
}

#[test]
fn a_container_called_by_a_name_is_one_by_its_cgroup() {
    let web = RuntimeRecord {
        id: "web".to_owned(),
        engine: Some("containerd".to_owned()),
        cgroup: Some("/default/web".to_owned()),
        ..RuntimeRecord::default()
    };
    let other = RuntimeRecord {
        id: "all".to_owned(),
        cgroup: Some("/default".to_owned()),
        ..web.clone()
    };
    let cgroups = [
        "/default/web",
        "/default/web/below",
        "/default/webber",
        "/default",
    ];
    let snapshot = assemble(&seen(&cgroups, vec![web, other]));
    assert_eq!(rows(&snapshot), [("web", "containerd", "cgroup")]);
    assert_eq!(snapshot.containers.unwrap()[0].process_count, 2);
}

#[test]
fn containers_of_a_pod_are_called_as_in_the_pod() {
    let cgroups = [0, 1, 2].map(|at| format!("/kubepods/besteffort/podabc-1/{}", ID[at]));
    let pause = [
        ("io.kubernetes.cri.container-type", "sandbox"),
        ("io.kubernetes.cri.sandbox-name", "web-0"),
        ("io.kubernetes.cri.sandbox-namespace", "shop"),
    ];
    let nginx = [
        ("io.kubernetes.cri.sandbox-name", "web-0"),
        ("io.kubernetes.cri.container-name", "nginx"),
    ];
    let records = vec![labelled(0, &pause), labelled(1, &nginx)];
    let cgroups: Vec<&str> = cgroups.iter().map(String::as_str).collect();
    let containers = assemble(&seen(&cgroups, records)).containers.unwrap();
    let by_id: BTreeMap<_, _> = containers.iter().map(|row| (&*row.id, row)).collect();
    let names = ID.map(|id| by_id[id].name.as_str());
    assert_eq!(names, ["pause", "nginx", &ID[2][..12]]);
    for row in &containers {
        assert_eq!(row.pod.as_deref(), Some("abc-1"));
        assert_eq!(row.pod_name.as_deref(), Some("web-0"));
    }
    assert_eq!(by_id[ID[0]].pod_namespace.as_deref(), Some("shop"));
}

#[test]
fn a_pod_of_podmans_is_called_after_the_host_name_of_its_infra_container() {
    let pod = "7".repeat(64);
    let cgroups = [0, 1].map(|at| format!("/libpod_parent/{pod}/libpod-{}", ID[at]));
    let infra = RuntimeRecord {
        hostname: Some("mypod".to_owned()),
        ..called(0, "777777777777-infra")
    };
    let web = RuntimeRecord {
        hostname: Some("no-pod".to_owned()),
        ..called(1, "web")
    };
    let snapshot = assemble(&seen(&[&cgroups[0], &cgroups[1]], vec![infra, web]));
    for row in snapshot.containers.unwrap() {
        assert_eq!(row.pod_name.as_deref(), Some("mypod"));
        assert_eq!(row.pod, Some(pod.clone()));
    }
}

#[test]
fn files_that_may_not_be_read_are_a_gap_where_nobody_else_told_the_name() {
    let (first, second) = (docker(0), docker(1));
    let mut seen = seen(&[&first, &second], vec![called(0, "web")]);
    let miss = |at: usize, miss| SourceMiss {
        id: ID[at].to_owned(),
        source: "/f".to_owned(),
        miss,
    };
    seen.runtimes.misses = vec![
        miss(0, Miss::Denied),
        miss(1, Miss::Denied),
        miss(2, Miss::Failed),
    ];
    let gap = |what: &str, reason| Gap {
        what: what.to_owned(),
        reason,
        count: 1,
    };
    let denied = gap(
        "names of containers from the files of their engines",
        Reason::Denied,
    );
    assert_eq!(assemble(&seen).gaps, [denied]);
    seen.runtimes.misses = vec![miss(0, Miss::TimedOut)];
    let late = gap("container web: /f", Reason::Timeout);
    assert_eq!(assemble(&seen).gaps, [late]);
}

#[test]
fn machines_in_cgroups_of_one_name_are_told_apart_by_who_keeps_them() {
    let machine = |name: &str, pid| RuntimeRecord {
        id: name.to_owned(),
        name: Some(name.to_owned()),
        engine: Some("nspawn".to_owned()),
        init: Some(InitRecord {
            pid,
            start_ticks: pid.into(),
        }),
        ..RuntimeRecord::default()
    };
    let mut seen = seen(&["/payload"; 4], vec![machine("a", 10), machine("b", 11)]);
    let parent = |seen: &mut Observation, at: usize, ppid| {
        let facts = seen.processes[at].facts.as_mut().unwrap();
        facts.stat.as_mut().unwrap().ppid = ppid;
    };
    parent(&mut seen, 2, 10);
    parent(&mut seen, 3, 12);
    let snapshot = assemble(&seen);
    let source = ("nspawn", "state_file");
    assert_eq!(
        rows(&snapshot),
        [("a", source.0, source.1), ("b", source.0, source.1)]
    );
    let counts: Vec<_> = snapshot
        .containers
        .iter()
        .flatten()
        .map(|row| row.process_count)
        .collect();
    assert_eq!(counts, [3, 1]);
}
