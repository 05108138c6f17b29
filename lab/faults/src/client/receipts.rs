//! What a device is told of how far messages have come on the way to others.

use serde_json::{Value, json};

use crate::history::History;

/// Records the receipts in a batch.
pub(super) fn record(history: &History, device: &str, user: &str, batch: &Value) {
    for signal in batch["signals"].as_array().into_iter().flatten() {
        if signal["__typename"] == "ReceiptChanged" {
            let fields = json!({ "d": device, "user": user, "chat": signal["chatId"], "of": signal["userId"],
                "delivered": signal["deliveredNumber"], "read": signal["readNumber"] });
            history.write("receipt", &fields);
        }
    }
}
