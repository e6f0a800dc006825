//! `conn.log`: every connection.

use wiretale::CommunityId;
use wiretale::protocol::{Flow, Summary, Transport};

use crate::Home;
use crate::row::Row;
use crate::table::{Table, columns};

/// Zeek's 22 columns and the Community ID.
pub const TABLE: Table = Table {
    name: "conn",
    columns: columns! {
        "ts": Time, "uid": Text, "id.orig_h": Addr, "id.orig_p": Port, "id.resp_h": Addr, "id.resp_p": Port,
        "proto": Enum, "service": Text, "duration": Interval, "orig_bytes": Count, "resp_bytes": Count,
        "conn_state": Text, "local_orig": Bool, "local_resp": Bool, "missed_bytes": Count, "history": Text,
        "orig_pkts": Count, "orig_ip_bytes": Count, "resp_pkts": Count, "resp_ip_bytes": Count,
        "tunnel_parents": Set, "ip_proto": Count, "community_id": Text,
    },
};

/// The row of a flow that is over.
pub(crate) fn row<'r>(
    row: Row<'r>,
    flow: &Flow,
    summary: &Summary<'_>,
    services: &[u8],
    home: &Home,
    community_id: &CommunityId,
) -> Row<'r> {
    let (client, server) = (&summary.client, &summary.server);
    let row = row
        .time(summary.started)
        .flow(flow)
        .plain(transport(flow.transport).as_bytes())
        .plain(services)
        .interval(summary.duration)
        .count(client.bytes)
        .count(server.bytes)
        .plain(summary.state.as_str().as_bytes())
        .bool(home.is_local(flow.client.address))
        .bool(home.is_local(flow.server.address))
        .count(summary.missed)
        .plain(summary.history);
    let row = row.count(client.packets).count(client.ip_bytes).count(server.packets).count(server.ip_bytes);
    row.unset().count(u64::from(summary.ip_protocol)).plain(community_id.as_bytes())
}

/// Zeek's word for a transport.
pub(crate) const fn transport(transport: Transport) -> &'static str {
    match transport {
        Transport::Tcp => "tcp",
        Transport::Udp => "udp",
        Transport::Icmp => "icmp",
        Transport::Other(_) => "unknown_transport",
    }
}
