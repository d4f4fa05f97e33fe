//! The command line that does with util-linux what is asked for.

use crate::model::Kind;

/// The `nsenter` line that enters the namespaces of `kinds` of the process `pid` and starts a shell there.
#[must_use]
pub fn nsenter_line(pid: u32, kinds: impl Iterator<Item = Kind>) -> String {
    let mut line = format!("nsenter -t {pid}");
    for kind in kinds {
        line.push_str(" -");
        line.push(kind.letter());
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_letter() {
        let all = nsenter_line(77, Kind::ALL.into_iter());
        assert_eq!(all, "nsenter -t 77 -C -i -m -n -p -T -U -u");
        assert_eq!(
            nsenter_line(1, std::iter::once(Kind::Net)),
            "nsenter -t 1 -n"
        );
    }
}
