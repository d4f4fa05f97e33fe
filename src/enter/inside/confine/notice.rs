//! What is said to a person whose shell may do more than the target.

use super::rights::Rights;
use super::status::Status;

/// In what `own` is stronger than `target`, as a sentence about `what`; `None` where it is not.
pub(super) fn stronger(what: &str, own: &Rights, target: &Rights) -> Option<String> {
    let has_filter = own.status.seccomp == 0 && target.status.seccomp > 0;
    let mut more: Vec<String> = Vec::new();
    more.extend(user(&own.status, &target.status));
    more.extend(capabilities(&own.status, &target.status));
    if target.status.no_new_privs == Some(true) && own.status.no_new_privs != Some(true) {
        more.push("no_new_privs not set".to_owned());
    }
    if let (Ok(None), Ok(Some(label))) = (&own.label, &target.label) {
        more.push(format!("no {}", label.kind()));
    }
    // By itself, another cgroup is no limit: every login has one.
    if (has_filter || !more.is_empty()) && own.cgroups != target.cgroups {
        more.push("not in its cgroup".to_owned());
    }
    let remedy = match (has_filter, more.is_empty()) {
        (false, true) => return None,
        (false, false) => "; --confined takes them over",
        (true, false) => "; --confined takes over all but the filter",
        (true, true) => ", which --confined cannot take over either",
    };
    if has_filter {
        more.insert(0, "no seccomp filter".to_owned());
    }
    let more = more.join(", ");
    Some(format!(
        "{what} is stronger than its target: {more}{remedy}"
    ))
}

fn user(own: &Status, target: &Status) -> Option<String> {
    let [own, target] = [own.uid[1], target.uid[1]];
    (own == 0 && target != 0).then(|| format!("root instead of user {target}"))
}

fn capabilities(own: &Status, target: &Status) -> Option<String> {
    let ours = own.after_exec();
    let more = ours - (target.permitted | target.after_exec());
    if more.is_empty() {
        let is_wider = !(own.bounding - target.bounding).is_empty();
        return is_wider.then(|| "a wider capability bounding set".to_owned());
    }
    // Numbered without a hole, and not only the first few.
    let is_all = ours.bits().wrapping_add(1).is_power_of_two() && ours.bits().count_ones() > 30;
    Some(match more.bits().count_ones() {
        _ if is_all => "all capabilities".to_owned(),
        1 => "1 more capability".to_owned(),
        count => format!("{count} more capabilities"),
    })
}

#[cfg(test)]
#[path = "notice_tests.rs"]
mod tests;
