//! Networks of IRC, and who was on them.

use std::fmt;

use wiretale::protocol::Address;

use super::{ITEMS, ROWS, more};
use crate::digest::Digest;
use crate::digest::irc::{Client, Server};
use crate::digest::paper::{heading, line, list, plural};
use crate::text::Shown;

impl Digest {
    pub(super) fn networks(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let servers = &self.irc.servers;
        if servers.map.is_empty() {
            return Ok(());
        }
        heading(f, "IRC")?;
        for (endpoint, server) in servers.in_order().take(ROWS) {
            let Server { network, name, link, clients } = server;
            let title = match (network.is_empty(), name.is_empty()) {
                (false, false) => format!("{} ({}, {endpoint})", Shown(network), Shown(name)),
                (false, true) => format!("{} ({endpoint})", Shown(network)),
                (true, false) => format!("{} ({endpoint})", Shown(name)),
                (true, true) => endpoint.to_string(),
            };
            line(f, &if *link { format!("{title}, a link between servers") } else { title })?;
            for (address, client) in clients.iter().take(ROWS) {
                person(f, *address, client)?;
            }
            more(f, clients.len(), 0)?;
        }
        more(f, servers.map.len(), servers.left_out)
    }
}

fn person(f: &mut fmt::Formatter<'_>, address: Address, client: &Client) -> fmt::Result {
    let nicks = client.nicks.iter().map(|nick| Shown(nick).to_string()).collect::<Vec<_>>();
    let mut label = format!("    {address}");
    if !nicks.is_empty() {
        label += " as ";
    }
    if nicks.is_empty() {
        line(f, &label)?;
    } else {
        list(f, &label, 8, nicks.into_iter(), ITEMS)?;
    }
    if client.refused > 0 {
        line(f, &format!("        refused {}", plural(client.refused, "time", "times")))?;
    }
    if client.channels.is_empty() {
        return Ok(());
    }
    let channels = client.channels.iter().map(|channel| Shown(channel).to_string());
    list(f, "        in ", 11, channels, ITEMS)
}
