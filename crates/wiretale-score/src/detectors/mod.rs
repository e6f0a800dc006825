//! The catalogue: one small file for each behaviour.

mod d01_foreign_port;
mod d02_new_listener;
mod d03_unknown_prompt;
mod d04_shell;
mod d05_reverse_shell;
mod d07_guessing;
mod d08_login_from_outside;
mod d09_reverse_tunnel;
mod d10_ssh_identity;
mod d12_magic_packet;
mod d13_port_knock;
mod d32_scan;
mod d34_guessing_out;
mod d35_volume;

use crate::Detector;

/// All detectors, in the order of the catalogue.
#[must_use]
pub fn standard() -> Vec<Box<dyn Detector>> {
    vec![
        Box::new(d01_foreign_port::ForeignPort),
        Box::new(d02_new_listener::NewListener::default()),
        Box::new(d03_unknown_prompt::UnknownPrompt::default()),
        Box::new(d04_shell::Shell),
        Box::new(d05_reverse_shell::ReverseShell::default()),
        Box::new(d07_guessing::Guessing::default()),
        Box::new(d08_login_from_outside::LoginFromOutside::default()),
        Box::new(d09_reverse_tunnel::ReverseTunnel),
        Box::new(d10_ssh_identity::SshIdentity::default()),
        Box::new(d12_magic_packet::MagicPacket::default()),
        Box::new(d13_port_knock::PortKnock::default()),
        Box::new(d32_scan::Scan::default()),
        Box::new(d34_guessing_out::GuessingOut::default()),
        Box::new(d35_volume::Volume::default()),
    ]
}
