//! Pods: which one a container stands in, and what it is called there.
//!
//! Kubernetes tells its engines by labels (Docker's, by cri-dockerd) or annotations (of containerd and CRI-O). Podman
//! keeps the name of a pod in its database, and gives it to the pod's infra container as its host name.

use std::collections::BTreeMap;

use super::runtimes::STATE_FILE;
use crate::collect::observation::Runtimes;
use crate::model::Container;

/// Where the name of the pod is told.
const POD: [&str; 3] = [
    "io.kubernetes.pod.name",
    "io.kubernetes.cri.sandbox-name",
    "io.kubernetes.cri-o.KubeName",
];
/// Where its namespace is told.
const NAMESPACE: [&str; 3] = [
    "io.kubernetes.pod.namespace",
    "io.kubernetes.cri.sandbox-namespace",
    "io.kubernetes.cri-o.Namespace",
];
/// Where its id is told.
const ID: [&str; 3] = [
    "io.kubernetes.pod.uid",
    "io.kubernetes.cri.sandbox-uid",
    "io.kubernetes.cri.sandbox-id",
];
/// Where the container's name in the pod is told.
const CONTAINER: [&str; 2] = [
    "io.kubernetes.container.name",
    "io.kubernetes.cri.container-name",
];
/// What marks the container that holds the pod's namespaces and does nothing else.
const PAUSE: [(&str, &str); 4] = [
    ("io.kubernetes.cri.container-type", "sandbox"),
    ("io.kubernetes.cri-o.ContainerType", "sandbox"),
    ("io.kubernetes.docker.type", "podsandbox"),
    ("io.kubernetes.container.name", "POD"),
];

/// Names the pods of the containers, and the containers as they are called in them.
pub(super) fn name(containers: &mut [Container], runtimes: &Runtimes) {
    for container in containers.iter_mut() {
        by_labels(container);
    }
    let infra = infra(containers, runtimes);
    let mut pods: BTreeMap<String, (String, Option<String>)> = infra.into_iter().collect();
    for container in containers.iter() {
        if let (Some(id), Some(name)) = (&container.pod, &container.pod_name) {
            let pod = (name.clone(), container.pod_namespace.clone());
            pods.insert(id.clone(), pod);
        }
    }
    for container in containers.iter_mut().filter(|row| row.pod_name.is_none()) {
        let pod = container.pod.as_ref().and_then(|id| pods.get(id));
        if let Some((name, namespace)) = pod {
            container.pod_name = Some(name.clone());
            container.pod_namespace.clone_from(namespace);
        }
    }
}

/// What the labels of a container say.
fn by_labels(container: &mut Container) {
    let first = |names: &[&str]| {
        let labels = &container.labels;
        let mut told = names.iter().filter_map(|name| labels.get(*name));
        told.find(|text| !text.is_empty()).cloned()
    };
    let is_pause = PAUSE.iter().any(|(name, value)| {
        let label = container.labels.get(*name);
        label.is_some_and(|label| label == value)
    });
    let (name, pod, namespace) = (first(&CONTAINER), first(&POD), first(&NAMESPACE));
    if pod.is_none() {
        return;
    }
    let id = first(&ID);
    container.pod = container.pod.take().or(id);
    (container.pod_name, container.pod_namespace) = (pod, namespace);
    let name = if is_pause {
        Some("pause".to_owned())
    } else {
        name
    };
    if let Some(name) = name {
        container.name = name;
        if container.name_source == "cgroup" {
            STATE_FILE.clone_into(&mut container.name_source);
        }
    }
}

/// The names of Podman's pods by their ids: their infra containers are called after the id, and bear the pod's name.
fn infra(containers: &[Container], runtimes: &Runtimes) -> Vec<(String, (String, Option<String>))> {
    let hosts: BTreeMap<&str, &str> = runtimes
        .records
        .iter()
        .filter_map(|record| Some((record.id.as_str(), record.hostname.as_deref()?)))
        .collect();
    let pod = |container: &Container| {
        let id = container.pod.as_ref()?;
        let start = container.name.strip_suffix("-infra")?;
        let is_infra = start.len() == 12 && id.starts_with(start);
        let name = hosts.get(container.id.as_str()).filter(|_| is_infra)?;
        Some((id.clone(), ((*name).to_owned(), None)))
    };
    containers.iter().filter_map(pod).collect()
}
