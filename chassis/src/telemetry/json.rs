//! One log line as one flat JSON object: what, where, and the fields of every span around it.

use std::{
    collections::BTreeMap,
    fmt::{self, Debug},
};

use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::Value;
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    fmt::{
        FmtContext, FormattedFields,
        format::{FormatEvent, JsonFields, Writer},
    },
    registry::LookupSpan,
};

/// Bytes of most lines.
const USUAL: usize = 512;

pub(super) struct Lines {
    service: &'static str,
    instance: String,
}

impl Lines {
    pub(super) fn new(service: &'static str, instance: &str) -> Self {
        Self {
            service,
            instance: instance.to_owned(),
        }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "a log line tells the time of the machine that writes it"
    )]
    fn write<S>(
        &self,
        out: &mut Vec<u8>,
        context: &FmtContext<'_, S, JsonFields>,
        event: &Event<'_>,
    ) -> serde_json::Result<()>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        let mut serializer = serde_json::Serializer::new(out);
        let mut line = Line {
            map: serializer.serialize_map(None)?,
            names: Vec::with_capacity(16),
            failed: None,
        };
        let metadata = event.metadata();
        line.put("time", &format_args!("{}", jiff::Timestamp::now()));
        line.put("level", metadata.level().as_str());
        line.put("target", metadata.target());
        line.put("service", self.service);
        line.put("instance", &self.instance);
        event.record(&mut line);
        for span in context.event_scope().into_iter().flatten() {
            let extensions = span.extensions();
            // The span's fields were rendered once, when they were recorded.
            let Some(rendered) = extensions.get::<FormattedFields<JsonFields>>() else {
                continue;
            };
            let fields: BTreeMap<&str, Value> =
                serde_json::from_str(rendered.as_str()).unwrap_or_default();
            for field in span.metadata().fields() {
                if let Some(value) = fields.get(field.name()) {
                    line.put(field.name(), value);
                }
            }
        }
        match line.failed {
            Some(error) => Err(error),
            None => line.map.end(),
        }
    }
}

impl<S> FormatEvent<S, JsonFields> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, JsonFields>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut line = Vec::with_capacity(USUAL);
        self.write(&mut line, context, event)
            .map_err(|_| fmt::Error)?;
        line.push(b'\n');
        writer.write_str(std::str::from_utf8(&line).map_err(|_| fmt::Error)?)
    }
}

/// A line while it is written. Of two fields with one name the first stays: the event's own, or that of the inner span.
struct Line<M: SerializeMap> {
    map: M,
    names: Vec<&'static str>,
    failed: Option<M::Error>,
}

impl<M: SerializeMap> Line<M> {
    fn put(&mut self, name: &'static str, value: &(impl Serialize + ?Sized)) {
        if self.failed.is_none() && !self.names.contains(&name) {
            self.names.push(name);
            self.failed = self.map.serialize_entry(name, value).err();
        }
    }
}

impl<M: SerializeMap> Visit for Line<M> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.put(field.name(), &format_args!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field.name(), value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field.name(), &value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field.name(), &value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field.name(), &value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field.name(), &value);
    }
}
