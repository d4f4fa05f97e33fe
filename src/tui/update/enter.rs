//! Into the namespaces of what is chosen: the chooser, and what its lines do.

use std::ffi::OsString;
use std::sync::Arc;

use super::{Effect, Update, act_outside, copy, line, motion, travel};
use crate::enter::{self, Environment, Files, Kinds, Plan, Tools, Wish};
use crate::model::{Charset, Kind, PerKind};
use crate::query::{Id, RowId, Target};
use crate::tui::app::App;
use crate::tui::chooser::{Access, Choice, Chooser, Errand, Question, Way};
use crate::tui::commands::{self, PID, QuickCommand};
use crate::tui::data::Data;
use crate::tui::facts::{About, name_of};
use crate::tui::keys::Action;
use crate::tui::output::{Answer, Output};
use crate::tui::place::{Page, Place};
use crate::tui::view::Layout;

/// Why there is no way to where we are.
const THERE: &str = "we are there already: it is in the same namespaces as we are";
/// The same where its mount namespace is left out.
const WITHOUT_FILES: &str = "we are there already: but for its files, which are left out, it is in the same namespaces as we are";

/// Opens the chooser for what is chosen.
pub(super) fn open(app: &mut App) -> Update {
    match chooser(app) {
        Ok(chooser) => app.chooser = Some(chooser),
        Err(why) => app.note(why),
    }
    Update::changed(true)
}

fn chooser(app: &App) -> Result<Chooser, &'static str> {
    if let (Access::ReadOnly, Some(why)) = (app.access, app.access.refusal()) {
        return Err(why);
    }
    let (Some(data), Some(id)) = (&app.data, app.subject()) else {
        return Err("choose a row to enter");
    };
    let place = Goal {
        data,
        target: target(data, &id)?,
        name: name_of(data, &id),
        id,
        access: app.access,
        charset: app.look.charset(),
    };
    let kind = travel::kind(app);
    let mut choices = place.ways(kind);
    choices.extend(place.questions(kind, &app.commands));
    Ok(Chooser {
        title: place.name,
        choices,
        chosen: 0,
        top: 0,
    })
}

/// Who is meant.
pub(super) fn target<'a>(data: &'a Data, id: &Id) -> Result<Target<'a>, &'static str> {
    const GONE: &str = "it is gone: there is nothing to enter";
    if !data.has(id) {
        return Err(GONE);
    }
    let target = match id {
        Id::Row(RowId::Container(id)) => data.container(id).map(Target::Container),
        Id::Row(RowId::Group(id)) => data.group(id).map(Target::Group),
        Id::Row(RowId::Reference) => Some(Target::Host),
        Id::Row(RowId::Family(_)) => {
            return Err("a project or pod is several: choose one of its rows");
        }
        Id::Namespace(kind, inode) => Some(Target::Namespace(*kind, *inode)),
        Id::Process { pid, start } => data.present(*pid, *start).map(Target::Process),
        Id::Interface { namespace, .. } => Some(Target::Namespace(Kind::Net, *namespace)),
    };
    target.ok_or(GONE)
}

/// Where to go, and where from.
struct Goal<'a> {
    data: &'a Data,
    target: Target<'a>,
    id: Id,
    name: String,
    access: Access,
    charset: Charset,
}

pub(super) const fn wish(kinds: Kinds, tools: Option<Tools>) -> Wish {
    Wish {
        kinds,
        tools,
        environment: Environment::Clean,
        confined: false,
        command: None,
    }
}

impl Goal<'_> {
    /// The shells, and the line for whoever wants to go by himself; `kind` is that of the chosen cell.
    fn ways(&self, kind: Option<Kind>) -> Vec<Choice> {
        let all = || wish(Kinds::All, None);
        let is_one = matches!(self.target, Target::Namespace(..));
        let first = if is_one {
            "this namespace"
        } else {
            "all namespaces"
        };
        let mut choices = vec![self.shell(first, "its own files and its own shell", &all())];
        let mut narrow = all();
        if let Some(kind) = kind.filter(|_| !is_one) {
            narrow = wish(Kinds::Some(vec![kind]), None);
            let about = if kind == Kind::Mnt {
                "its own files, our other namespaces"
            } else {
                "our own files and our own shell"
            };
            choices.push(self.shell(&format!("only this column ({kind})"), about, &narrow));
        }
        let confined = Wish {
            confined: true,
            ..all()
        };
        choices.extend([
            self.shell(
                "network only, host's tools",
                "ip, ss, tcpdump as they are here, in its network",
                &wish(Kinds::Some(vec![Kind::Net]), Some(Tools::Outside)),
            ),
            self.shell(
                "all, host's tools",
                "no shell is needed there",
                &wish(Kinds::All, Some(Tools::Outside)),
            ),
            self.shell(
                "all, full tools",
                "its files, and the host's tools beside them, which it never sees",
                &wish(Kinds::All, Some(Tools::Full)),
            ),
            self.shell("confined", "no more rights than it has", &confined),
        ]);
        choices.extend(self.lines(&narrow));
        choices
    }

    fn shell(&self, label: &str, about: &str, wish: &Wish) -> Choice {
        let line = line::enter(&self.data.snapshot, self.target, wish);
        let way = self.plan(wish).and_then(|plan| {
            if plan.namespaces.iter().next().is_none() {
                return Err(match wish.tools {
                    Some(Tools::Outside) => WITHOUT_FILES.to_owned(),
                    _ => THERE.to_owned(),
                });
            }
            Ok(Way::Enter(Errand {
                plan,
                name: self.name.clone(),
                line: line.clone(),
            }))
        });
        Choice {
            label: label.to_owned(),
            about: about.to_owned(),
            line,
            way,
        }
    }

    /// The line for nsenter, to be printed or copied.
    fn lines(&self, wish: &Wish) -> [Choice; 2] {
        let line = self
            .plan(wish)
            .and_then(|plan| nsenter(&plan, self.charset));
        let choice = |label: &str, about: &str, way: Way| Choice {
            label: label.to_owned(),
            about: about.to_owned(),
            line: line.clone().unwrap_or_default(),
            way: line.clone().map(|_| way),
        };
        [
            choice(
                "print the nsenter line",
                "below what the terminal showed before",
                Way::Print,
            ),
            choice("copy the nsenter line", "by OSC 52", Way::Copy),
        ]
    }

    /// The quick commands, those of the chosen cell's kind first; of a namespace those of its kind.
    fn questions(&self, kind: Option<Kind>, own: &[QuickCommand]) -> Vec<Choice> {
        let mut all = commands::all(own);
        if let Target::Namespace(kind, _) = self.target {
            all.retain(|command| command.kind == kind);
        }
        all.sort_by_key(|command| Some(command.kind) != kind);
        all.iter().map(|command| self.question(command)).collect()
    }

    fn question(&self, command: &QuickCommand) -> Choice {
        let shown = command.words.join(" ");
        let (line, plan) = if command.is_outside() {
            self.outside(command)
        } else {
            let tools = (command.kind != Kind::Mnt).then_some(Tools::Outside);
            let wish = Wish {
                command: Some(words(&command.words)),
                ..wish(Kinds::Some(vec![command.kind]), tools)
            };
            let line = line::enter(&self.data.snapshot, self.target, &wish);
            (line, self.plan(&wish))
        };
        let way = plan.map(|plan| {
            Way::Ask(Question {
                about: self.id.clone(),
                name: self.name.clone(),
                kind: command.kind,
                command: shown.clone(),
                plan,
            })
        });
        Choice {
            label: format!("{}: {shown}", command.kind),
            about: "shown as a page".to_owned(),
            line,
            way,
        }
    }

    /// A command that stays outside, and is told the pid.
    fn outside(&self, command: &QuickCommand) -> (String, Result<Plan, String>) {
        let wish = wish(Kinds::Some(vec![command.kind]), None);
        let plan = self.plan(&wish);
        let pid = match plan.as_ref().map(Plan::pid) {
            Ok(Some(pid)) => pid.to_string(),
            _ => PID.to_owned(),
        };
        let told = command.words.iter().map(|word| word.replace(PID, &pid));
        let told: Vec<String> = told.collect();
        let line = line::joined(told.iter().map(String::as_str));
        let plan = plan.and_then(|plan| {
            if plan.pid().is_none() {
                return Err("no process is in it, and this command needs one".to_owned());
            }
            Ok(Plan {
                namespaces: PerKind::default(),
                files: Files::Own,
                command: Some(words(&told)),
                ..plan
            })
        });
        (line, plan)
    }

    /// The plan by the snapshot on screen: what is entered later is held against it.
    fn plan(&self, wish: &Wish) -> Result<Plan, String> {
        if let Some(why) = self.access.refusal() {
            return Err(why.to_owned());
        }
        let plan = enter::decide_with_names(&self.data.snapshot, self.target, wish);
        plan.map_err(|refusal| refusal.to_string())
    }
}

fn words(words: &[String]) -> Vec<OsString> {
    words.iter().map(OsString::from).collect()
}

/// The line that enters the plan's namespaces by nsenter.
pub(super) fn nsenter(plan: &Plan, charset: Charset) -> Result<String, String> {
    if plan.namespaces.iter().next().is_none() {
        return Err(THERE.to_owned());
    }
    enter::nsenter_line(plan, None, charset).map_err(|why| why.to_string())
}

/// What a key does while the chooser is open.
pub(super) fn act(app: &mut App, action: Action) -> Update {
    let rows = usize::from(Layout::of(app, app.area).chooser_rows(app));
    let Some(chooser) = &mut app.chooser else {
        return Update::default();
    };
    match action {
        Action::Open => run(app),
        Action::Back | Action::Shell => {
            app.chooser = None;
            Update::changed(true)
        }
        Action::Quit | Action::Suspend | Action::Redraw => act_outside(app, action),
        motion => {
            let to = motion::target(chooser.chosen, rows, motion);
            Update::changed(chooser.choose(to))
        }
    }
}

/// Does what the chosen line says; one that cannot be done stays, with the reason below it.
pub(super) fn run(app: &mut App) -> Update {
    let choice = app.chooser.as_ref().and_then(Chooser::choice);
    let Some(Choice {
        line, way: Ok(way), ..
    }) = choice.cloned()
    else {
        return Update::default();
    };
    app.chooser = None;
    match way {
        Way::Enter(errand) => Update::effect(Effect::Enter(Box::new(errand))),
        Way::Print => Update::effect(Effect::Print(line)),
        Way::Copy => copy::send(app, &line),
        Way::Ask(question) => ask(app, question),
    }
}

/// Runs a quick command and shows its page, in the place of the page of another.
fn ask(app: &mut App, question: Question) -> Update {
    app.runs += 1;
    let plan = Box::new(question.plan.clone());
    let page = Page::new(About::Output(Arc::new(Output {
        number: app.runs,
        question,
        answer: None,
    })));
    match app.places.page_mut() {
        Some(present) if matches!(present.about, About::Output(_)) => *present = page,
        _ => app.places.enter(Place::Page(page)),
    }
    Update::effect(Effect::Ask(app.runs, plan))
}

/// The page of a quick command in sight.
fn output(app: &App) -> Option<&Output> {
    match &app.places.page()?.about {
        About::Output(output) => Some(output),
        _ => None,
    }
}

/// Asks again what the page in sight tells; `None` where it tells something else.
pub(super) fn again(app: &mut App) -> Option<Update> {
    let output = output(app)?;
    if output.answer.is_none() {
        return Some(Update::default());
    }
    let question = output.question.clone();
    Some(ask(app, question))
}

/// Ends the command of which the page in sight waits for the answer; `None` where there is none.
pub(super) fn cancel(app: &App) -> Option<Update> {
    let output = output(app).filter(|output| output.answer.is_none())?;
    Some(Update::effect(Effect::Cancel(output.number)))
}

/// Puts the answer on its page; whether that is in sight.
pub(in crate::tui) fn answer(app: &mut App, number: u64, answer: Answer) -> bool {
    for page in app.places.pages() {
        let About::Output(output) = &page.about else {
            continue;
        };
        if output.number == number {
            let output = Output {
                answer: Some(answer),
                ..Output::clone(output)
            };
            page.retell(About::Output(Arc::new(output)));
            return true;
        }
    }
    false
}
