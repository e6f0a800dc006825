//! The catalogue: one small file for each behaviour.

mod d01_foreign_port;
mod d02_new_listener;
mod d03_unknown_prompt;
mod d04_shell;
mod d05_reverse_shell;
mod d06_interactive;
mod d07_guessing;
mod d08_login_from_outside;
mod d09_reverse_tunnel;
mod d10_ssh_identity;
mod d11_stepping_stone;
mod d12_magic_packet;
mod d13_port_knock;
mod d14_wrong_manners;
mod d15_bot_name;
mod d16_new_to_irc;
mod d17_irc_server;
mod d18_orders;
mod d19_obedience;
mod d20_crowd;
mod d21_mesh;
mod d22_automaton;
mod d23_hopping;
mod d24_dcc_file;
mod d25_warez;
mod d26_bouncer;
mod d27_irc_flood;
mod d28_encoded;
mod d29_tools;
mod d30_ftp_server;
mod d31_egg;
mod d32_scan;
mod d33_flood;
mod d34_guessing_out;
mod d35_volume;
mod d36_beacon;
mod d37_exposure;
mod d39_peer_context;
mod d40_benign;
mod entered;
mod known;
#[cfg(test)]
mod meant;

use wiretale_protocol::Summary;

use crate::Detector;

// Of a client that sent a SYN: who goes on behind it was answered, by somebody who was not captured.
fn is_unanswered(summary: &Summary<'_>) -> bool {
    !summary.history.contains(&b'A')
}

/// All detectors, in the order of the catalogue.
#[must_use]
pub fn standard() -> Vec<Box<dyn Detector>> {
    vec![
        Box::new(d01_foreign_port::ForeignPort),
        Box::new(d02_new_listener::NewListener::default()),
        Box::new(d03_unknown_prompt::UnknownPrompt::default()),
        Box::new(d04_shell::Shell::default()),
        Box::new(d05_reverse_shell::ReverseShell::default()),
        Box::new(d06_interactive::Interactive::default()),
        Box::new(d07_guessing::Guessing::default()),
        Box::new(d08_login_from_outside::LoginFromOutside::default()),
        Box::new(d09_reverse_tunnel::ReverseTunnel),
        Box::new(d10_ssh_identity::SshIdentity::default()),
        Box::new(d11_stepping_stone::SteppingStone::default()),
        Box::new(d12_magic_packet::MagicPacket::default()),
        Box::new(d13_port_knock::PortKnock::default()),
        Box::new(d14_wrong_manners::WrongManners::default()),
        Box::new(d15_bot_name::BotName::default()),
        Box::new(d16_new_to_irc::NewToIrc::default()),
        Box::new(d17_irc_server::IrcServer::default()),
        Box::new(d18_orders::Orders::default()),
        Box::new(d19_obedience::Obedience::default()),
        Box::new(d20_crowd::Crowd::default()),
        Box::new(d21_mesh::Mesh::default()),
        Box::new(d22_automaton::Automaton::default()),
        Box::new(d23_hopping::Hopping::default()),
        Box::new(d24_dcc_file::DccFile::default()),
        Box::new(d25_warez::Warez::default()),
        Box::new(d26_bouncer::Bouncer::default()),
        Box::new(d27_irc_flood::IrcFlood::default()),
        Box::new(d28_encoded::Encoded::default()),
        Box::new(d29_tools::Tools::default()),
        Box::new(d30_ftp_server::FtpServer),
        Box::new(d31_egg::Egg::default()),
        Box::new(d32_scan::Scan::default()),
        Box::new(d33_flood::Flood::default()),
        Box::new(d34_guessing_out::GuessingOut::default()),
        Box::new(d35_volume::Volume::default()),
        Box::new(d36_beacon::Beacon::default()),
        Box::new(d37_exposure::Exposed),
        Box::new(d39_peer_context::PeerContext),
        Box::new(d40_benign::Benign::default()),
    ]
}
