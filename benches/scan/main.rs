//! How long a look at a busy host takes, next to `lsns` and to the least work that could do it.
//!
//! `cargo bench --bench scan -- [PROCESSES [CONTAINERS [ROUNDS]]]` (10000, 200 and 7; as root) makes that many idle
//! processes, of which six in ten are in containers with namespaces and control groups of their own, runs all commands
//! in turns, and prints medians. Read the ratios: they stay when the machine is another or is busy.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark that cannot run should say so and end"
)]

mod floor;
mod measure;
mod population;

use std::env;
use std::process::{Command, Stdio};

use measure::{Cost, measure, system_calls};
use population::Population;

fn main() {
    let words: Vec<String> = env::args()
        .skip(1)
        .filter(|word| word != "--bench")
        .collect();
    match words.first().map(String::as_str) {
        Some("floor") => floor::run(),
        Some("populate") => population::populate(number(&words, 1, 0), number(&words, 2, 0)),
        Some("measure") => measure::report(&words[1..]),
        _ => compare(
            number(&words, 0, 10_000),
            number(&words, 1, 200),
            number(&words, 2, 7),
        ),
    }
}

fn number(words: &[String], place: usize, default: usize) -> usize {
    words
        .get(place)
        .map_or(default, |word| word.parse().unwrap())
}

/// A command of the comparison.
struct Contender {
    name: &'static str,
    command: Vec<String>,
    costs: Vec<Cost>,
}

fn contenders() -> Vec<Contender> {
    let own = env::current_exe().unwrap().to_str().unwrap().to_owned();
    let nslens = env!("CARGO_BIN_EXE_nslens");
    let mut all = Vec::new();
    let mut add = |name, line: &[&str]| {
        all.push(Contender {
            name,
            command: line.iter().map(|word| (*word).to_owned()).collect(),
            costs: Vec::new(),
        });
    };
    add("floor (8 links a process)", &[&own, "floor"]);
    add(
        "nslens --only namespaces",
        &[
            nslens,
            "--snapshot",
            "--json",
            "--no-docker",
            "--only",
            "namespaces",
        ],
    );
    add("nslens", &[nslens, "--snapshot", "--json", "--no-docker"]);
    add(
        "nslens --deep",
        &[nslens, "--snapshot", "--json", "--no-docker", "--deep"],
    );
    if there("lsns") {
        add("lsns", &["lsns", "--json"]);
    } else {
        println!("lsns is missing and left out");
    }
    all
}

fn there(tool: &str) -> bool {
    let tried = Command::new(tool)
        .arg("-V")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    tried.is_ok()
}

fn compare(processes: usize, containers: usize, rounds: usize) {
    let population = Population::of(processes, containers);
    let mut all = contenders();
    let count = floor::pids().len();
    println!("{count} processes, {containers} containers, {rounds} rounds in turns");
    for contender in &all {
        // Warm up what both need: the inodes of the links, the files of the program.
        measure(&contender.command);
    }
    for round in 0..rounds {
        let mut order: Vec<_> = all.iter_mut().collect();
        if round % 2 == 1 {
            order.reverse();
        }
        for contender in order {
            contender.costs.push(measure(&contender.command));
        }
    }
    let calls: Vec<_> = all
        .iter()
        .map(|contender| system_calls(&contender.command))
        .collect();
    drop(population);
    table(&all, &calls, count);
}

fn table(all: &[Contender], calls: &[Option<u64>], processes: usize) {
    println!(
        "{:26} {:>10} {:>10} {:>10} {:>10} {:>9} {:>8} {:>8} {:>10}",
        "", "median ms", "min", "max", "CPU ms", "peak MiB", "x floor", "x lsns", "calls/proc"
    );
    let median = |name: &str| {
        let found = all
            .iter()
            .find(|contender| contender.name.starts_with(name));
        found.map(|contender| middle(&contender.costs, |cost| cost.wall_ms))
    };
    let (floor, lsns) = (median("floor"), median("lsns"));
    for (contender, calls) in all.iter().zip(calls) {
        let wall = middle(&contender.costs, |cost| cost.wall_ms);
        let by = |other: Option<f64>| {
            other.map_or_else(String::new, |other| format!("{:.2}", wall / other))
        };
        let walls = contender.costs.iter().map(|cost| cost.wall_ms);
        let per_process = calls.map_or_else(String::new, |calls| {
            format!("{:.1}", ratio(calls, processes))
        });
        println!(
            "{:26} {wall:10.1} {:10.1} {:10.1} {:10.1} {:9.1} {:>8} {:>8} {per_process:>10}",
            contender.name,
            walls.clone().fold(f64::INFINITY, f64::min),
            walls.fold(0.0, f64::max),
            middle(&contender.costs, |cost| cost.cpu_ms),
            middle(&contender.costs, |cost| cost.peak_mib),
            by(floor),
            by(lsns),
        );
    }
}

fn ratio(calls: u64, processes: usize) -> f64 {
    let exact = |number: u64| f64::from(u32::try_from(number).unwrap());
    exact(calls) / exact(processes as u64)
}

/// The median of one figure.
fn middle(costs: &[Cost], figure: impl Fn(&Cost) -> f64) -> f64 {
    let mut figures: Vec<f64> = costs.iter().map(figure).collect();
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
