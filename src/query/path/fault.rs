//! What is missing or down on a road.

use super::Verdict;
use crate::model::{Inode, Interface, NetworkNamespace};

/// What is missing or down, or hides what comes behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What it is.
    pub kind: FaultKind,
    /// Where it is.
    pub namespace: Inode,
    /// The interface that it is about; `None` where it is about none.
    pub interface: Option<String>,
    /// One sentence without its full stop; names in it are the host's and not yet made visible.
    pub sentence: String,
}

impl Fault {
    /// A fault of a namespace.
    pub(super) fn of(kind: FaultKind, ns: &NetworkNamespace, sentence: String) -> Self {
        Self::at(kind, ns.namespace, sentence)
    }

    /// A fault of a namespace of which no more than its number is known.
    pub(super) const fn at(kind: FaultKind, namespace: Inode, sentence: String) -> Self {
        Self {
            kind,
            namespace,
            interface: None,
            sentence,
        }
    }

    /// The same of one interface.
    pub(super) fn on(self, interface: &Interface) -> Self {
        self.named(&interface.name)
    }

    /// The same of the interface with this name.
    pub(super) fn named(self, interface: &str) -> Self {
        Self {
            interface: Some(interface.to_owned()),
            ..self
        }
    }
}

/// What can be wrong with a road.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// Something that decides about the road could not be read.
    NotRead,
    /// Nothing but the loopback is there.
    OnlyLoopback,
    /// There is no address that others can use.
    NoAddress,
    /// An interface is switched off.
    InterfaceDown,
    /// An interface is on, but nothing is plugged in.
    NoCarrier,
    /// No route leads to the address.
    NoRoute,
    /// A route or rule says that packets are dropped or refused.
    RouteRefuses,
    /// The route says that the address is on this link, but nobody there has it: the two have no common network.
    NoCommonNetwork,
    /// The route names a router that nobody on this link is.
    GatewayMissing,
    /// The hardware address of the next hop is set by hand, and nobody on this link has it.
    NeighbourWrong,
    /// Packets go to a hardware address that was learned for the next hop, which is another one.
    NeighbourDiffers,
    /// Hardware addresses are not asked for, or asking is not answered: that is switched off (`arp off`).
    NeighboursUnasked,
    /// A router on the way does not forward packets.
    NotForwarding,
    /// Whether a router on the way forwards packets is not known.
    ForwardingUnknown,
    /// The spanning tree, or somebody, keeps a port of a bridge from forwarding.
    PortNotForwarding,
    /// Both ports of a bridge are isolated.
    PortsIsolated,
    /// A macvlan or ipvlan and the interface that it rides on never reach each other.
    ParentTrap,
    /// Two macvlans on one interface whose mode keeps them apart.
    ModeApart,
    /// Two macvlans on one interface that a switch outside would have to connect.
    ModeOutside,
    /// The two ends are in different vlans.
    VlanDiffers,
    /// A bridge keeps vlans apart, and in which ones its ports are was not read.
    BridgeVlans,
    /// The other end is in a namespace that cannot be seen.
    PeerNotVisible,
    /// The road leads out of what a snapshot shows: to a wire, into a tunnel, to a program.
    LeavesSight,
    /// Somebody else has the address, and gets the packets.
    AddressElsewhere,
    /// The packets go round in a circle.
    Cycle,
    /// A rule that may choose another routing table has conditions that cannot be judged.
    RuleUncertain,
    /// The road leads from one network of an engine to another, which engines keep apart.
    NetworksApart,
}

impl FaultKind {
    /// The word for it in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotRead => "not-read",
            Self::OnlyLoopback => "only-loopback",
            Self::NoAddress => "no-address",
            Self::InterfaceDown => "interface-down",
            Self::NoCarrier => "no-carrier",
            Self::NoRoute => "no-route",
            Self::RouteRefuses => "route-refuses",
            Self::NoCommonNetwork => "no-common-network",
            Self::GatewayMissing => "gateway-missing",
            Self::NeighbourWrong => "neighbour-wrong",
            Self::NeighbourDiffers => "neighbour-differs",
            Self::NeighboursUnasked => "neighbours-unasked",
            Self::NotForwarding => "not-forwarding",
            Self::ForwardingUnknown => "forwarding-unknown",
            Self::PortNotForwarding => "port-not-forwarding",
            Self::PortsIsolated => "ports-isolated",
            Self::ParentTrap => "parent-trap",
            Self::ModeApart => "mode-apart",
            Self::ModeOutside => "mode-outside",
            Self::VlanDiffers => "vlan-differs",
            Self::BridgeVlans => "bridge-vlans",
            Self::PeerNotVisible => "peer-not-visible",
            Self::LeavesSight => "leaves-sight",
            Self::AddressElsewhere => "address-elsewhere",
            Self::Cycle => "cycle",
            Self::RuleUncertain => "rule-uncertain",
            Self::NetworksApart => "networks-apart",
        }
    }

    /// What it makes of a road: broken, or one of which nothing can be said.
    #[must_use]
    pub const fn verdict(self) -> Verdict {
        match self {
            Self::NotRead
            | Self::NeighbourDiffers
            | Self::NeighboursUnasked
            | Self::ForwardingUnknown
            | Self::ModeOutside
            | Self::BridgeVlans
            | Self::PeerNotVisible
            | Self::LeavesSight
            | Self::RuleUncertain
            | Self::NetworksApart => Verdict::Unknown,
            _ => Verdict::Broken,
        }
    }

    /// Whether it leaves open where packets go, so that what follows may not be on their way.
    #[must_use]
    pub(super) const fn may_divert(self) -> bool {
        matches!(self, Self::NotRead | Self::RuleUncertain)
    }
}
