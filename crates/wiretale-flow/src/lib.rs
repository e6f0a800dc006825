//! The engine: flow table, roles, Zeek's states, identification, timeouts by packet time. Names no protocol
