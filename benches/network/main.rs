//! How long a look at many network namespaces takes, next to `ip` and to the least work that could do it.
//!
//! `cargo bench --bench network -- [NAMESPACES [ROUNDS]]` (200 and 7; as root) goes into namespaces of its own, in which
//! nothing else is to be seen, makes that many named network namespaces, each with a loopback, one end of a veth and an
//! address, runs all commands in turns, and prints medians. Read the ratios: they stay when the machine is another or
//! is busy.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark that cannot run should say so and end"
)]

mod dumps;
#[path = "../scan/measure.rs"]
mod measure;
mod population;

use std::env;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use measure::{Cost, measure, system_calls};
use nslens::collect::engines::Choice;
use nslens::collect::{Collector, Request};
use nslens::model::Section;
use population::Population;

fn main() {
    let words: Vec<String> = env::args()
        .skip(1)
        .filter(|word| word != "--bench")
        .collect();
    match words.first().map(String::as_str) {
        Some("floor") => println!("{}", dumps::of_all(&words[1])),
        Some("ip") => population::ask_ip(&words[1]),
        Some("measure") => measure::report(&words[1..]),
        Some("inside") => {
            let number = |place: usize, default| {
                words
                    .get(place)
                    .map_or(default, |word| word.parse().unwrap())
            };
            compare(number(1, 200), number(2, 7));
        }
        _ => alone(&words),
    }
}

/// Starts anew where no other namespace is mounted and no other process is seen.
fn alone(words: &[String]) {
    let script = "umount -R -l /run/netns /run/docker/netns 2>/dev/null; \
                  mkdir -p /run/netns && mount -t tmpfs none /run/netns && exec \"$0\" inside \"$@\"";
    let status = Command::new("unshare")
        .args([
            "--mount",
            "--net",
            "--pid",
            "--fork",
            "--mount-proc",
            "--propagation",
            "private",
        ])
        .args(["sh", "-c", script])
        .arg(env::current_exe().unwrap())
        .args(words)
        .status();
    assert!(status.unwrap().success(), "the benchmark inside");
}

fn compare(namespaces: usize, rounds: usize) {
    let population = Population::of(namespaces);
    let own = env::current_exe().unwrap().to_str().unwrap().to_owned();
    let prefix = &population.prefix;
    let commands: [(&str, Vec<&str>); 3] = [
        ("floor (3 dumps, 1 thread)", vec![&own, "floor", prefix]),
        (
            "nslens --only network",
            vec![
                env!("CARGO_BIN_EXE_nslens"),
                "--snapshot",
                "--json",
                "--only",
                "network",
            ],
        ),
        ("ip -n addr, link, route", vec![&own, "ip", prefix]),
    ];
    let mut all: Vec<(&str, Vec<String>, Vec<Cost>)> = commands
        .into_iter()
        .map(|(name, words)| {
            (
                name,
                words.into_iter().map(str::to_owned).collect(),
                Vec::new(),
            )
        })
        .collect();
    let (mut least, mut ours) = (Vec::new(), Vec::new());
    println!("{namespaces} namespaces, {rounds} rounds in turns");
    for round in 0..=rounds {
        for (_, command, costs) in &mut all {
            costs.push(measure(command));
        }
        least.push(timed(|| assert!(dumps::of_all(prefix) > 0)));
        ours.push(look());
        if round == 0 {
            // The first one warms up.
            for (.., costs) in &mut all {
                costs.clear();
            }
            (least, ours) = (Vec::new(), Vec::new());
        }
    }
    table(&all, namespaces);
    let (least, ours) = (middle(least), middle(ours));
    println!(
        "in one process: dumps {least:.2} ms, all that nslens asks of them {ours:.2} ms, {:.2} x",
        ours / least
    );
}

fn table(all: &[(&str, Vec<String>, Vec<Cost>)], namespaces: usize) {
    println!(
        "{:26} {:>10} {:>9} {:>9} {:>8} {:>9}",
        "", "median ms", "CPU ms", "peak MiB", "x floor", "calls/ns"
    );
    let wall = |costs: &[Cost]| middle(costs.iter().map(|cost| cost.wall_ms).collect());
    let floor = wall(&all[0].2);
    for (name, command, costs) in all {
        let calls = system_calls(command).map_or(f64::NAN, exact) / exact(namespaces as u64);
        println!(
            "{name:26} {:10.1} {:9.1} {:9.1} {:8.2} {calls:9.1}",
            wall(costs),
            middle(costs.iter().map(|cost| cost.cpu_ms).collect()),
            middle(costs.iter().map(|cost| cost.peak_mib).collect()),
            wall(costs) / floor,
        );
    }
}

/// Milliseconds of one look at the network, without the walk over processes before it.
fn look() -> f64 {
    let mut collector = Collector::new(Request {
        proc_root: PathBuf::from("/proc"),
        sections: [Section::Network].into_iter().collect(),
        deep: false,
        engine: Choice::None,
        engine_timeout: Duration::from_secs(1),
    });
    let collector = collector.as_mut().unwrap();
    let mut seen = collector.observe().unwrap();
    timed(|| collector.look_at_network(&mut seen))
}

fn timed(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64() * 1000.0
}

fn exact(number: u64) -> f64 {
    f64::from(u32::try_from(number).unwrap())
}

fn middle(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
