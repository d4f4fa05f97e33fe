//! What engines tell by themselves: that a container or a network has changed, so that its name is asked for at once.
//!
//! One thread with a stream of each engine that has answered. It only waits, and rings a bell; what has changed is found
//! out by a look at the host. Where a stream ends, the bell is rung now and then, since it is the look that finds the
//! engine again: nothing here opens a socket that is not known to be an engine's.

use std::collections::{HashMap, HashSet};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bollard::models::EventMessage;
use bollard::query_parameters::EventsOptions;
use futures_util::stream::{self, BoxStream, SelectAll, StreamExt as _};
use tokio::runtime::Builder;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Instant, timeout_at};

use super::super::address::Way;
use super::dial::OtherEnd;
use super::{api, client, in_version};

/// Changes come in groups (create, connect, start), and are told once.
const GROUP: Duration = Duration::from_millis(200);
/// The bell is not rung more often than this.
const REST: Duration = Duration::from_secs(1);
/// So many streams at a time.
const MOST: usize = 16;
/// A stream that ends before it told anything within this was refused.
const REFUSAL: Duration = Duration::from_secs(1);
/// After this an engine that goes away is looked for as if it were the first time.
const FORGIVEN: Duration = Duration::from_secs(60);
/// So often an engine that went away is looked for, with twice the pause each time: for some two minutes.
const TRIES: u32 = 7;
/// The connection is made, and the answer begins, within this.
const PATIENCE: Duration = Duration::from_secs(10);

/// What rings: false where nobody listens any more.
type Bell = Box<dyn Fn() -> bool + Send>;

/// An engine to listen to.
#[derive(Clone, Debug)]
pub(in super::super) struct Speaker {
    /// Its endpoint.
    pub(in super::super) url: String,
    /// How it is reached.
    pub(in super::super) way: Way,
    /// docker or podman.
    pub(in super::super) kind: String,
    /// The API version agreed upon.
    pub(in super::super) api_version: String,
    /// When it was begun to be asked: what has changed since then may have been missed.
    pub(in super::super) asked: SystemTime,
}

/// Listens to engines until it is dropped.
#[derive(Clone, Debug)]
pub(in super::super) struct Watch(UnboundedSender<Vec<Speaker>>);

impl Watch {
    /// Starts to listen, to nobody yet. `bell` is rung when something has changed.
    pub(in super::super) fn start(bell: impl Fn() -> bool + Send + 'static) -> Self {
        let (order, orders) = unbounded_channel();
        // Where no thread can be had, nobody listens, and engines are asked now and then as without.
        let _ = thread::Builder::new()
            .name("engine events".to_owned())
            .spawn(move || {
                if let Ok(runtime) = Builder::new_current_thread().enable_all().build() {
                    runtime.block_on(Listening::new(orders, Box::new(bell)).run());
                    runtime.shutdown_background();
                }
            });
        Self(order)
    }

    /// Listens to these engines, too, where it does not already.
    pub(in super::super) fn follow(&self, speakers: Vec<Speaker>) {
        // Nobody takes it where the interface has ended.
        let _ = self.0.send(speakers);
    }
}

/// What comes in.
enum News {
    /// These engines answer.
    Order(Vec<Speaker>),
    /// Nobody wants to know any more.
    Over,
    /// Something has changed.
    Change,
    /// The stream of the engine at this endpoint has ended after so long.
    Ended(String, Duration),
    /// The engine at this endpoint does not tell of events.
    Refused(String),
}

/// An engine whose stream has ended.
#[derive(Default)]
struct Lost {
    /// How often it was looked for.
    tries: u32,
    /// When it is looked for next, if it is.
    next: Option<Instant>,
}

struct Listening {
    news: SelectAll<BoxStream<'static, News>>,
    bell: Bell,
    /// Endpoints whose streams are open.
    open: HashSet<String>,
    refused: HashSet<String>,
    lost: HashMap<String, Lost>,
    /// When the bell was rung last.
    rung: Option<Instant>,
    /// When it is to be rung for a change.
    due: Option<Instant>,
}

impl Listening {
    fn new(mut orders: UnboundedReceiver<Vec<Speaker>>, bell: Bell) -> Self {
        let orders = stream::poll_fn(move |context| orders.poll_recv(context));
        let orders = orders.map(News::Order);
        let orders = orders.chain(stream::once(async { News::Over }));
        let mut news = SelectAll::new();
        news.push(orders.boxed());
        Self {
            news,
            bell,
            open: HashSet::new(),
            refused: HashSet::new(),
            lost: HashMap::new(),
            rung: None,
            due: None,
        }
    }

    async fn run(mut self) {
        loop {
            let news = match self.next_ring() {
                Some(due) => timeout_at(due, self.news.next()).await.ok(),
                None => Some(self.news.next().await),
            };
            match news.map(|news| news.unwrap_or(News::Over)) {
                None if !self.ring() => return,
                Some(News::Over) => return,
                None => {}
                Some(news) => self.take_in(news),
            }
        }
    }

    /// When the bell is to be rung next, if nothing comes before.
    fn next_ring(&self) -> Option<Instant> {
        let lost = self.lost.values().filter_map(|lost| lost.next);
        lost.chain(self.due).min()
    }

    fn ring(&mut self) -> bool {
        let now = Instant::now();
        (self.rung, self.due) = (Some(now), None);
        for lost in self.lost.values_mut() {
            if lost.next.is_some_and(|next| next <= now) {
                lost.plan(now);
            }
        }
        (self.bell)()
    }

    fn take_in(&mut self, news: News) {
        let now = Instant::now();
        match news {
            News::Order(speakers) => self.order(speakers),
            News::Change => {
                let rested = self.rung.map_or(now, |rung| rung + REST);
                self.due = self.due.or(Some(rested.max(now + GROUP)));
            }
            News::Ended(url, lived) => {
                self.open.remove(&url);
                let lost = self.lost.entry(url).or_default();
                if lived >= FORGIVEN {
                    lost.tries = 0;
                }
                lost.plan(now);
            }
            News::Refused(url) => {
                self.open.remove(&url);
                self.refused.insert(url);
            }
            News::Over => {}
        }
    }

    fn order(&mut self, speakers: Vec<Speaker>) {
        let is_told = |url: &String| speakers.iter().any(|speaker| speaker.url == *url);
        self.refused.retain(is_told);
        self.lost
            .retain(|url, lost| lost.next.is_some() || is_told(url));
        for speaker in speakers {
            if let Some(lost) = self.lost.get_mut(&speaker.url) {
                lost.next = None;
            }
            let is_refused = self.refused.contains(&speaker.url);
            if !is_refused && self.open.len() < MOST && self.open.insert(speaker.url.clone()) {
                self.news.push(listen(&speaker));
            }
        }
    }
}

impl Lost {
    /// Plans the next look for it, later each time, until it is given up.
    fn plan(&mut self, now: Instant) {
        let pause = Duration::from_secs(1 << self.tries.min(TRIES));
        self.next = (self.tries < TRIES).then(|| now + pause);
        self.tries = self.tries.saturating_add(1);
    }
}

/// What an engine tells, up to the end of its stream.
fn listen(speaker: &Speaker) -> BoxStream<'static, News> {
    let began = Instant::now();
    let url = speaker.url.clone();
    let Some(events) = events(speaker) else {
        return stream::once(async { News::Refused(url) }).boxed();
    };
    let told = events.scan(false, move |has_told, event| {
        let news = match event {
            Some(event) => {
                *has_told = true;
                is_change(&event).then_some(News::Change)
            }
            None if !*has_told && began.elapsed() < REFUSAL => Some(News::Refused(url.clone())),
            None => Some(News::Ended(url.clone(), began.elapsed())),
        };
        async { Some(news) }
    });
    told.filter_map(|news| async { news }).boxed()
}

/// The events of an engine, then nothing once.
fn events(speaker: &Speaker) -> Option<BoxStream<'static, Option<EventMessage>>> {
    let docker = client::open(&speaker.way, PATIENCE, &OtherEnd::default()).ok()?;
    let version = api(&speaker.api_version)?;
    let docker = docker.with_request_modifier(move |request| in_version(request, version));
    let mut types = vec!["container".to_owned()];
    // Older ones of Podman know no networks here, and refuse the question.
    if speaker.kind == "docker" {
        types.push("network".to_owned());
    }
    let since = speaker.asked.duration_since(UNIX_EPOCH).ok()?;
    let options = EventsOptions {
        since: Some(format!("{:.9}", since.as_secs_f64())),
        filters: Some(HashMap::from([("type".to_owned(), types)])),
        ..EventsOptions::default()
    };
    let events = docker.events(Some(options));
    let events = events.map(Result::ok).take_while(|event| {
        let is_good = event.is_some();
        async move { is_good }
    });
    Some(events.chain(stream::once(async { None })).boxed())
}

/// Whether names, states, addresses or ports may be others than before. Most of what engines tell is of health checks.
fn is_change(event: &EventMessage) -> bool {
    const CHANGES: [&str; 12] = [
        "start",
        "die",
        "died",
        "destroy",
        "remove",
        "rename",
        "pause",
        "unpause",
        "update",
        "restart",
        "connect",
        "disconnect",
    ];
    let action = event.action.as_deref().unwrap_or_default();
    CHANGES.contains(&action)
}

#[cfg(test)]
#[path = "events_tests.rs"]
mod tests;
