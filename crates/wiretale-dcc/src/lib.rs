//! Direct client-to-client connections: offers, file transfers with their acknowledgements, chats
