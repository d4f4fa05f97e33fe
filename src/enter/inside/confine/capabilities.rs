//! A target's capabilities, so that a program that is run starts with them and no others.

use rustix::io::Errno;
use rustix::thread::{
    CapabilitySet, CapabilitySets, capabilities, capability_is_in_bounding_set,
    clear_ambient_capability_set, configure_capability_in_ambient_set,
    remove_capability_from_bounding_set, set_capabilities, set_keep_capabilities,
};

use super::super::super::EnterError;
use super::status::Status;

/// What we have ourselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Own {
    /// What we may make effective, and so what we can give.
    pub(super) permitted: CapabilitySet,
    /// What is inheritable already.
    pub(super) inheritable: CapabilitySet,
    /// What can become inheritable.
    pub(super) bounding: CapabilitySet,
}

impl Own {
    /// Asks the kernel. In a user namespace that has just been entered, these are all.
    pub(super) fn read() -> Result<Self, EnterError> {
        let sets = capabilities(None).map_err(failed)?;
        Ok(Self {
            permitted: sets.permitted,
            inheritable: sets.inheritable,
            bounding: bounding()?,
        })
    }
}

/// The five sets of a process, as in [`Status`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sets {
    inheritable: CapabilitySet,
    permitted: CapabilitySet,
    effective: CapabilitySet,
    bounding: CapabilitySet,
    ambient: CapabilitySet,
}

impl Sets {
    /// None at all.
    pub(super) const NONE: Self = Self {
        inheritable: CapabilitySet::empty(),
        permitted: CapabilitySet::empty(),
        effective: CapabilitySet::empty(),
        bounding: CapabilitySet::empty(),
        ambient: CapabilitySet::empty(),
    };

    /// The sets with which a program starts with what the target has, as far as we have it. What a program gets is not
    /// what the process had that runs it:
    ///
    /// - To root, the kernel gives all that is in the bounding or the inheritable set, but nothing new with
    ///   `no_new_privs`. Without, both are cut to what the target has, since it may have given up that rule
    ///   (`SECBIT_NOROOT`), which nobody outside can see.
    /// - To others, it gives the ambient set alone. What the target has beyond it (from the file of its program, or kept
    ///   when it changed its user) is made ambient.
    pub(super) fn wanted(target: &Status, is_root: bool, own: &Own) -> Self {
        let permitted = target.permitted & own.permitted;
        let limit = if is_root && target.no_new_privs == Some(false) {
            permitted
        } else {
            CapabilitySet::all()
        };
        let bounding = target.bounding & own.bounding & limit;
        let within = own.bounding | own.inheritable;
        let inheritable = target.inheritable & within & limit;
        let given = if is_root {
            bounding | inheritable
        } else {
            CapabilitySet::empty()
        };
        let ambient = ((target.ambient & permitted) | (permitted - given)) & within;
        Self {
            inheritable: inheritable | ambient,
            permitted,
            effective: target.effective & permitted,
            bounding,
            ambient,
        }
    }

    /// Takes over what needs our own capabilities, and keeps them while the user changes.
    pub(super) fn prepare(&self, own: &Own) -> Result<(), EnterError> {
        // Before the bounding set shrinks, which limits what can become inheritable.
        let sets = CapabilitySets {
            effective: own.permitted,
            permitted: own.permitted,
            inheritable: self.inheritable,
        };
        set_capabilities(None, sets).map_err(failed)?;
        for capability in each(own.bounding - self.bounding) {
            remove_capability_from_bounding_set(capability).map_err(failed)?;
        }
        set_keep_capabilities(true).map_err(failed)
    }

    /// Takes over the rest, once the user is the target's: changing the user empties some of the sets.
    pub(super) fn finish(&self) -> Result<(), EnterError> {
        let sets = CapabilitySets {
            effective: self.effective,
            permitted: self.permitted,
            inheritable: self.inheritable,
        };
        set_capabilities(None, sets).map_err(failed)?;
        match clear_ambient_capability_set() {
            // Linux before 4.3 has none.
            Ok(()) | Err(Errno::INVAL) => {}
            Err(cause) => return Err(failed(cause)),
        }
        for capability in each(self.ambient) {
            configure_capability_in_ambient_set(capability, true).map_err(failed)?;
        }
        Ok(())
    }
}

/// The names of capabilities, as `capabilities(7)` has them but in small letters.
pub(super) fn names(set: CapabilitySet) -> String {
    let name = |one: CapabilitySet| {
        let known = one.iter_names().next();
        let number = one.bits().trailing_zeros();
        known.map_or_else(
            || format!("cap_{number}"),
            |(name, _)| format!("cap_{}", name.to_lowercase()),
        )
    };
    each(set).map(name).collect::<Vec<_>>().join(", ")
}

/// Each capability in a set, also those that are newer than we are.
fn each(set: CapabilitySet) -> impl Iterator<Item = CapabilitySet> {
    let all = (0..u64::BITS).map(|number| CapabilitySet::from_bits_retain(1 << number));
    all.filter(move |one| set.contains(*one))
}

/// Our bounding set.
fn bounding() -> Result<CapabilitySet, EnterError> {
    let mut bounding = CapabilitySet::empty();
    for capability in each(CapabilitySet::all()) {
        match capability_is_in_bounding_set(capability) {
            Ok(true) => bounding |= capability,
            Ok(false) => {}
            // Beyond the last one that this kernel has.
            Err(Errno::INVAL) => break,
            Err(cause) => return Err(failed(cause)),
        }
    }
    Ok(bounding)
}

fn failed(cause: Errno) -> EnterError {
    EnterError::step("take over the capabilities")(cause)
}

#[cfg(test)]
#[path = "capabilities_tests.rs"]
mod tests;
