//! The head of the report: which host, seen by whom and from where, which engines, how much.

use std::io;

use super::Page;
use crate::model::{EngineStatus, Kind};
use crate::report::words::unlisted;

impl Page<'_> {
    pub(super) fn header(&self, out: &mut impl io::Write) -> io::Result<()> {
        let host = &self.snapshot.host;
        let name = self.maybe(host.hostname.as_deref());
        let kernel = self.maybe(host.kernel.as_deref());
        let place = if host.pid_namespace_is_initial {
            "host"
        } else {
            "inside of"
        };
        let taken = self.shown(&self.snapshot.captured_at);
        writeln!(
            out,
            "{place} {name}  Linux {kernel}  {}  {taken}",
            self.viewer()
        )?;
        if !host.pid_namespace_is_initial {
            writeln!(
                out,
                "This /proc shows only the inside of a container or pid namespace; what the host shares is unknown."
            )?;
        }
        let other = self.other_namespaces();
        if !other.is_empty() {
            writeln!(
                out,
                "We look from other namespaces than the host's: {}.",
                other.join(", ")
            )?;
        }
        self.without_rights(out)?;
        self.engines(out)?;
        if let Some(filter) = &self.snapshot.filter {
            writeln!(out, "Filter: {}", self.shown(filter))?;
        }
        writeln!(out, "{}", self.counts())?;
        match host.unlisted_namespaces {
            Some(count @ 1..) => writeln!(out, "{}.", unlisted(count)),
            _ => Ok(()),
        }
    }

    fn viewer(&self) -> String {
        match self.snapshot.viewer.uid {
            0 => "as root".to_owned(),
            uid => format!("as user {uid}"),
        }
    }

    /// What is missing for want of rights, and who would see it.
    fn without_rights(&self, out: &mut impl io::Write) -> io::Result<()> {
        let denied = self.snapshot.viewer.denied_processes as usize;
        if denied == 0 {
            return Ok(());
        }
        let hidden = counted(denied, "process");
        if self.snapshot.viewer.uid == 0 {
            writeln!(
                out,
                "The namespaces of {hidden} are refused even to root here (CAP_SYS_PTRACE, a security module)."
            )
        } else {
            writeln!(
                out,
                "Not root: the namespaces of {hidden} are unknown; root would see them."
            )
        }
    }

    /// Kinds in which we ourselves are elsewhere than the host.
    fn other_namespaces(&self) -> Vec<&'static str> {
        let (host, viewer) = (
            &self.snapshot.host.namespaces,
            &self.snapshot.viewer.namespaces,
        );
        let differs = |kind: &Kind| matches!((host.inode(*kind), viewer.inode(*kind)), (Some(h), Some(v)) if h != v);
        Kind::ALL
            .into_iter()
            .filter(differs)
            .map(Kind::name)
            .collect()
    }

    fn engines(&self, out: &mut impl io::Write) -> io::Result<()> {
        for engine in &self.snapshot.engines {
            let version = engine
                .version
                .as_deref()
                .map(|version| format!(" {}", self.name(version)));
            let endpoint = self.shown(&engine.endpoint);
            let detail = engine
                .detail
                .as_deref()
                .filter(|_| engine.status != EngineStatus::Ok);
            let detail = detail.map(|detail| format!(" ({})", self.shown(detail)));
            let inside = engine.container.as_deref();
            let inside = inside.map(|id| format!(" in container {}", self.name(self.called(id))));
            let age = engine.answer_age_ms / 1000;
            let is_old = age > 0 && engine.status == EngineStatus::Ok;
            let age = is_old.then(|| format!(", {age}s old"));
            let (inside, age) = (inside.unwrap_or_default(), age.unwrap_or_default());
            let status = engine.status.name();
            let (version, detail) = (version.unwrap_or_default(), detail.unwrap_or_default());
            writeln!(
                out,
                "{}{version} at {endpoint}{inside}: {status}{age}{detail}",
                self.name(&engine.kind)
            )?;
        }
        Ok(())
    }

    /// The name of a container, or its id where it is not in the snapshot.
    fn called<'a>(&'a self, id: &'a str) -> &'a str {
        let mut all = self.snapshot.containers.iter().flatten();
        all.find(|container| container.id == id)
            .map_or(id, |container| &container.name)
    }

    fn counts(&self) -> String {
        let snapshot = self.snapshot;
        let network = snapshot.network.as_ref();
        let interfaces = network.map(|all| {
            let lists = all.iter().filter_map(|space| space.interfaces.as_ref());
            lists.map(Vec::len).sum()
        });
        let counts = [
            (snapshot.containers.as_ref().map(Vec::len), "container"),
            (
                snapshot.groups.as_ref().map(Vec::len),
                "other isolated group",
            ),
            (snapshot.namespaces.as_ref().map(Vec::len), "namespace"),
            (snapshot.processes.as_ref().map(Vec::len), "process"),
            (interfaces, "network interface"),
        ];
        let counts = counts
            .iter()
            .filter_map(|(count, what)| Some(counted((*count)?, what)));
        let took = format!("{} ms", snapshot.duration_ms);
        counts.chain([took]).collect::<Vec<_>>().join(", ")
    }
}

/// `1 process`, `2 processes`.
fn counted(count: usize, what: &str) -> String {
    let ending = match (count, what.ends_with('s')) {
        (1, _) => "",
        (_, true) => "es",
        (_, false) => "s",
    };
    format!("{count} {what}{ending}")
}
