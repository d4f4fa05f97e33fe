//! What there is to say about the chosen cell, in words; laid out in lines for a width.

use super::data::Data;
use super::text;
use super::theme::Look;
use crate::model::{Container, EngineStatus, Gap, Group, Inode, Kind, Process, Share};
use crate::query::{Cell, Loudness, Members, Row, RowId, members};

/// Processes that are listed; the others are counted.
const PROCESSES: usize = 100;
/// Names that are listed; the others are counted.
const NAMES: usize = 20;
/// Gaps that are listed; the others are counted.
const GAPS: usize = 4;
/// Columns of the labels at the left.
pub(super) const LABELS: u16 = 11;

/// How a fact is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    /// As it is.
    Plain,
    /// Quiet.
    Dim,
    /// A heading.
    Title,
    /// Worth knowing.
    Notable,
    /// A risk.
    Loud,
}

/// One fact.
#[derive(Clone, Debug)]
struct Fact {
    label: &'static str,
    text: String,
    tone: Tone,
    /// Goes over several lines; the others are cut.
    wraps: bool,
}

/// All there is to say.
#[derive(Clone, Debug)]
pub(super) struct Facts {
    title: Vec<String>,
    facts: Vec<Fact>,
}

/// Facts laid out for a width.
#[derive(Clone, Debug)]
pub(super) struct Details {
    /// Columns that they were laid out for.
    pub(super) width: u16,
    /// What they are about.
    pub(super) title: String,
    /// Lines, to be drawn as they are.
    pub(super) lines: Vec<Line>,
}

/// One line of the details.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// What it tells; empty where it goes on.
    pub(super) label: &'static str,
    /// Whether the words stand to the right of the labels.
    pub(super) indented: bool,
    /// The words.
    pub(super) text: String,
    /// How they are drawn.
    pub(super) tone: Tone,
}

impl Facts {
    fn say(&mut self, label: &'static str, text: impl Into<String>) {
        self.tell(label, text, Tone::Plain);
    }

    fn tell(&mut self, label: &'static str, text: impl Into<String>, tone: Tone) {
        self.facts.push(Fact {
            label,
            text: text.into(),
            tone,
            wraps: true,
        });
    }

    fn line(&mut self, text: String, tone: Tone) {
        self.facts.push(Fact {
            label: "",
            text,
            tone,
            wraps: false,
        });
    }

    /// Breaks and cuts the facts for `width` columns.
    pub(super) fn lay_out(&self, width: u16, look: &Look) -> Details {
        let mut lines = Vec::new();
        for fact in &self.facts {
            let shown = text::shown(&fact.text, look.ascii);
            let room =
                usize::from(width.saturating_sub(if fact.wraps { LABELS } else { 0 })).max(1);
            let texts = if fact.wraps {
                text::wrap(&shown, room)
            } else {
                vec![text::cut(&shown, room, look.ellipsis()).into_owned()]
            };
            let labels = std::iter::once(fact.label).chain(std::iter::repeat(""));
            lines.extend(texts.into_iter().zip(labels).map(|(text, label)| Line {
                label,
                indented: fact.wraps,
                text,
                tone: fact.tone,
            }));
        }
        let title = self.title.iter().map(|part| text::shown(part, look.ascii));
        let title: Vec<_> = title.collect();
        Details {
            width,
            title: title.join(&format!(" {} ", look.dot())),
            lines,
        }
    }
}

/// The row that the facts are about, as the snapshot knows it.
enum Subject<'a> {
    Reference,
    Container(&'a Container),
    Group(&'a Group),
}

impl<'a> Subject<'a> {
    fn of(data: &'a Data, id: &RowId) -> Option<Self> {
        let mut containers = data.snapshot.containers.iter().flatten();
        let mut groups = data.snapshot.groups.iter().flatten();
        match id {
            RowId::Reference => Some(Self::Reference),
            RowId::Family(_) => None,
            RowId::Container(id) => containers.find(|c| c.id == *id).map(Self::Container),
            RowId::Group(id) => groups.find(|group| group.id == *id).map(Self::Group),
        }
    }

    fn share(&self, kind: Kind) -> Option<&'a Share> {
        match self {
            Self::Reference => None,
            Self::Container(container) => container.sharing.get(kind),
            Self::Group(group) => group.sharing.get(kind),
        }
    }

    fn inode(&self, data: &Data, kind: Kind) -> Option<Inode> {
        match self {
            Self::Reference if data.sees_host() => data.snapshot.host.namespaces.inode(kind),
            Self::Reference => data.snapshot.viewer.namespaces.inode(kind),
            _ => self.share(kind)?.inode,
        }
    }

    /// Whether `process` is of this row.
    fn owns(&self, process: &Process) -> bool {
        match self {
            Self::Reference => false,
            Self::Container(container) => process.container.as_ref() == Some(&container.id),
            Self::Group(group) => process.pid == group.leader_pid,
        }
    }
}

/// What there is to say about the cell of `row` in the column `kind`.
pub(super) fn facts(data: &Data, row: &Row, kind: Option<Kind>) -> Facts {
    let mut facts = Facts {
        title: vec![row.name.clone()],
        facts: Vec::new(),
    };
    match Subject::of(data, &row.id) {
        Some(subject) => about_row(&mut facts, data, row, &subject, kind),
        None => about_family(&mut facts, data, row),
    }
    facts
}

fn about_family(facts: &mut Facts, data: &Data, row: &Row) {
    let rows = data.matrix.rows.iter();
    let names: Vec<_> = rows
        .filter(|other| other.family.as_ref() == Some(&row.name))
        .map(|other| other.name.as_str())
        .collect();
    facts.say(
        "project",
        "a compose project or pod: choose one of its rows for more",
    );
    facts.say(
        "containers",
        format!("{}: {}", names.len(), text::list(names.into_iter(), NAMES)),
    );
}

fn about_row(facts: &mut Facts, data: &Data, row: &Row, subject: &Subject<'_>, kind: Option<Kind>) {
    let Some(kind) = kind else { return };
    let inode = subject.inode(data, kind);
    let name = inode.map_or_else(
        || format!("{kind}:[?]"),
        |inode| format!("{kind}:[{inode}]"),
    );
    facts.title.push(name.clone());
    let (verdict, tone) = verdict(row.cells.get(kind), data.sees_host());
    facts.tell("namespace", format!("{name}  {verdict}"), tone);
    if matches!(row.cells.get(kind), Some(Cell::Unknown { .. })) {
        about_gaps(facts, "why", &data.snapshot.gaps, kind);
    }
    let members = inode.map(|inode| members(&data.snapshot, kind, inode));
    if let Some(members) = &members {
        about_members(facts, data, members);
    }
    match subject {
        Subject::Reference => about_sight(facts, data, kind),
        Subject::Container(container) => about_container(facts, container, kind),
        Subject::Group(group) => facts.say(
            "group",
            format!("{}, led by pid {}", row.what, group.leader_pid),
        ),
    }
    match members {
        Some(members) => about_processes(facts, subject, members.processes),
        None => about_own_processes(facts, data, row, subject),
    }
}

/// The row's own processes, where it is not known who else is in the namespace.
fn about_own_processes(facts: &mut Facts, data: &Data, row: &Row, subject: &Subject<'_>) {
    let own = data.snapshot.processes.iter().flatten();
    let own: Vec<_> = own.filter(|process| subject.owns(process)).collect();
    let count = row
        .processes
        .map_or_else(|| "?".to_owned(), |count| count.to_string());
    facts.say("members", format!("unknown; {count} processes in this row"));
    list_processes(facts, &own);
}

/// The cell in words.
fn verdict(cell: Option<&Cell>, sees_host: bool) -> (String, Tone) {
    let (words, tone) = match cell {
        None => ("this kernel has no such namespace", Tone::Dim),
        Some(Cell::Reference) if sees_host => ("the host's own", Tone::Plain),
        Some(Cell::Reference) => ("ours: we see only this inside, not the host", Tone::Plain),
        Some(Cell::SameAsReference(_)) if !sees_host => ("the same as ours", Tone::Plain),
        Some(Cell::SameAsReference(Loudness::Loud)) => ("the host's: not isolated", Tone::Loud),
        Some(Cell::SameAsReference(Loudness::Notable)) => {
            ("the host's: worth knowing", Tone::Notable)
        }
        Some(Cell::SameAsReference(Loudness::Quiet)) => ("the host's, as usual", Tone::Plain),
        Some(Cell::Private) => ("its own: nobody else that we see is in it", Tone::Plain),
        Some(Cell::Shared { rows, .. }) => {
            return (format!("shared by {rows} rows"), Tone::Plain);
        }
        Some(Cell::Unknown { not_host: true }) => {
            ("not known which, but not the host's", Tone::Notable)
        }
        Some(Cell::Unknown { not_host: false }) => {
            ("not known: it may be the host's or its own", Tone::Notable)
        }
    };
    (words.to_owned(), tone)
}

/// What limits our sight of the whole: engines in trouble, and gaps.
fn about_sight(facts: &mut Facts, data: &Data, kind: Kind) {
    let engines = data.snapshot.engines.iter();
    for engine in engines.filter(|engine| engine.status != EngineStatus::Ok) {
        let detail = engine.detail.as_ref().map(|detail| format!(" ({detail})"));
        let status = engine.status.name();
        let words = format!("{} at {}: {status}", engine.kind, engine.endpoint);
        facts.say("engine", words + &detail.unwrap_or_default());
    }
    if !data.snapshot.gaps.is_empty() {
        about_gaps(facts, "not seen", &data.snapshot.gaps, kind);
    }
}

/// Why something is unknown: the gaps, those about namespaces first.
fn about_gaps(facts: &mut Facts, label: &'static str, gaps: &[Gap], kind: Kind) {
    if gaps.is_empty() {
        return facts.say(label, "the snapshot does not say");
    }
    let mut order: Vec<_> = gaps.iter().collect();
    order.sort_by_key(|gap| !(gap.what.contains("namespace") || gap.what.contains(kind.name())));
    for (at, gap) in order.iter().take(GAPS).enumerate() {
        let label = if at == 0 { label } else { "" };
        let times = if gap.count > 1 {
            format!(" ({} times)", gap.count)
        } else {
            String::new()
        };
        facts.say(label, format!("{}: {}{times}", gap.what, gap.reason.name()));
    }
    if let Some(more @ 1..) = gaps.len().checked_sub(GAPS) {
        facts.tell("", format!("and {more} more gaps"), Tone::Dim);
    }
}

fn about_members(facts: &mut Facts, data: &Data, members: &Members<'_>) {
    if !members.names.is_empty() {
        facts.say(
            "in it",
            text::list(members.names.iter().map(String::as_str), NAMES),
        );
    }
    let age = members.since.zip(data.taken);
    if let Some(age) = age.and_then(|(since, taken)| taken.duration_since(since).ok()) {
        facts.say(
            "since",
            format!("its oldest process has run for {}", text::span(age)),
        );
    }
}

fn about_container(facts: &mut Facts, container: &Container, kind: Kind) {
    let short: String = container.id.chars().take(12).collect();
    let mut parts = vec![container.engine.clone(), short];
    parts.extend(
        container
            .image
            .as_ref()
            .map(|image| format!("image {image}")),
    );
    parts.extend(container.init_pid.map(|pid| format!("init pid {pid}")));
    parts.extend(container.state.clone());
    facts.say("container", parts.join(", "));
    let family = [
        ("project", &container.project),
        ("service", &container.service),
        ("pod", &container.pod),
    ];
    let family: Vec<_> = family
        .iter()
        .filter_map(|(what, name)| Some(format!("{what} {}", name.as_ref()?)))
        .collect();
    if !family.is_empty() {
        facts.say("belongs to", family.join(", "));
    }
    about_declared(facts, container, kind);
    if kind == Kind::Net {
        about_networks(facts, container);
    }
}

/// What the engine says about the namespace, and whether the kernel agrees.
fn about_declared(facts: &mut Facts, container: &Container, kind: Kind) {
    let declared = container
        .declared
        .as_ref()
        .and_then(|declared| declared.get(kind));
    let mode = match declared.map(String::as_str) {
        None => "(unknown)",
        Some("") => "(engine's default)",
        Some(mode) => mode,
    };
    if container.drift.contains(&kind) {
        facts.tell(
            "declared",
            format!("{mode}; the kernel disagrees (drift)"),
            Tone::Loud,
        );
    } else if declared.is_some() {
        facts.say("declared", mode);
    }
}

fn about_networks(facts: &mut Facts, container: &Container) {
    for network in &container.networks {
        let bits = network.prefix_len.map(|bits| format!("/{bits}"));
        let address = network.address.as_ref();
        let address = address.map(|ip| format!("{ip}{}", bits.unwrap_or_default()));
        let gateway = network.gateway.as_ref().map(|ip| format!("gateway {ip}"));
        let parts = [Some(network.name.clone()), address, gateway];
        let parts: Vec<_> = parts.into_iter().flatten().collect();
        facts.say("network", parts.join(", "));
    }
}

/// The processes: those of the row first and the kernel's threads last, since there may be very many of them.
fn about_processes(facts: &mut Facts, subject: &Subject<'_>, mut processes: Vec<&Process>) {
    processes.sort_by_key(|process| (!subject.owns(process), process.kernel_thread));
    facts.say("processes", processes.len().to_string());
    list_processes(facts, &processes);
}

fn list_processes(facts: &mut Facts, processes: &[&Process]) {
    if processes.is_empty() {
        return;
    }
    facts.line(
        format!("{:>8} {:>6}  {:<15}  COMMAND", "PID", "UID", "NAME"),
        Tone::Title,
    );
    for process in processes.iter().take(PROCESSES) {
        facts.line(process_line(process), Tone::Plain);
    }
    if let Some(more @ 1..) = processes.len().checked_sub(PROCESSES) {
        facts.line(format!("{:>8} and {more} more", ""), Tone::Dim);
    }
}

fn process_line(process: &Process) -> String {
    let uid = process
        .uid
        .map_or_else(|| "?".to_owned(), |uid| uid.to_string());
    let name = text::shown(process.comm.as_deref().unwrap_or("?"), false);
    let fill = " ".repeat(15_usize.saturating_sub(text::width(&name)));
    let command = process.command.as_deref().unwrap_or("?");
    format!("{:>8} {uid:>6}  {name}{fill}  {command}", process.pid)
}
