//! Readers of pcap and pcapng captures that lend their frames, and a writer
