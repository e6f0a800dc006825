//! D08: somebody from outside logs in by SSH and works there (ATT&CK T1133, T1021.004, T1078).
//!
//! On SSH's own port this is what SSH is for, and weighs little; on another port that no inventory knows it is a back
//! door. "Outside and new" means: a network from which nobody logged in here before.

use std::collections::BTreeSet;

use wiretale_protocol::{Address, Direction};

use crate::bounded::{Bounded, SOME};
use crate::{Detector, Fact, Findings, Hears, Scene};

/// Logins by SSH from outside.
pub(super) struct LoginFromOutside {
    // Networks from which logins came, by host.
    from: Bounded<Address, BTreeSet<[u8; 15]>>,
}

impl Default for LoginFromOutside {
    fn default() -> Self {
        Self { from: Bounded::new(1 << 14) }
    }
}

impl Detector for LoginFromOutside {
    fn name(&self) -> &'static str {
        "D08"
    }

    fn memory(&self) -> usize {
        self.from.memory(SOME)
    }

    fn hears(&self) -> Hears {
        Hears::SSH
    }

    fn hear(&mut self, scene: &Scene<'_>, fact: &Fact<'_>, findings: &mut Findings) {
        let Fact::Ssh(&wiretale_ssh::Event::LoggedIn { attempts, none }) = *fact else { return };
        let flow = scene.moment.flow;
        let outside = scene.home_end() == Some(Direction::Server) && !scene.inventory.approved(flow.client.address);
        let networks = self.from.entry(flow.server.address);
        let network = network(flow.client.address);
        if !outside || networks.contains(&network) || scene.inventory.serves(flow.server.address, flow.server.port) {
            return;
        }
        if networks.len() < NETWORKS {
            networks.insert(network);
        }
        let own = flow.server.port == 22;
        let row = if own { "D08.login" } else { "D08.backdoor" };
        let how = if none { "without being asked for anything".into() } else { format!("at attempt {attempts}") };
        let text = format!("{} logged in at {} by SSH, {how}", scene.called(flow.client.address), flow.server);
        findings.push(scene.evidence(Direction::Server, row, flow.server.port.to_string(), text));
    }
}

// The /24 of an IPv4 address, the /48 of an IPv6 address.
fn network(address: Address) -> [u8; 15] {
    let octets = address.octets();
    let kept = if address.is_v4() { 15 } else { 6 };
    std::array::from_fn(|index| if index < kept { octets[index] } else { 0 })
}

const NETWORKS: usize = 256;
