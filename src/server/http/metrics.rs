//! Counters for `/metrics`, in the OpenMetrics text format.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// What a request is counted by: its route's template, never the path itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct RouteLabels {
    /// Method.
    pub method: String,
    /// Template of the route, such as `/api/v1/accounts/{id}`.
    pub route: String,
    /// Status class, such as `2xx`.
    pub status: String,
}

/// Method and route alone, for durations.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct RouteOnly {
    /// Template of the route.
    pub route: String,
}

/// All counters. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Metrics {
    registry: Arc<Registry>,
    requests: Family<RouteLabels, Counter>,
    durations: Family<RouteOnly, Histogram, fn() -> Histogram>,
    /// Requests being worked on.
    pub in_flight: Gauge,
    /// Streams of live events that are open.
    pub streams: Gauge,
    /// Audit entries sealed since the start.
    pub sealed: Counter<u64, AtomicU64>,
}

fn histogram() -> Histogram {
    Histogram::new([
        0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5,
    ])
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("tokendesk");
        let requests = Family::<RouteLabels, Counter>::default();
        let durations = Family::<RouteOnly, Histogram, fn() -> Histogram>::new_with_constructor(histogram);
        let in_flight = Gauge::default();
        let streams = Gauge::default();
        let sealed = Counter::default();
        registry.register("http_requests", "Requests answered", requests.clone());
        registry.register("http_request_seconds", "Time to answer", durations.clone());
        registry.register("http_in_flight", "Requests being worked on", in_flight.clone());
        registry.register(
            "live_streams",
            "Streams of live events that are open",
            streams.clone(),
        );
        registry.register("audit_sealed", "Audit entries sealed", sealed.clone());
        Self {
            registry: Arc::new(registry),
            requests,
            durations,
            in_flight,
            streams,
            sealed,
        }
    }
}

impl Metrics {
    /// Counts an answered request.
    pub fn answered(&self, method: &str, route: &str, status: u16, seconds: f64) {
        let labels = RouteLabels {
            method: method.to_owned(),
            route: route.to_owned(),
            status: format!("{}xx", status / 100),
        };
        self.requests.get_or_create(&labels).inc();
        self.durations
            .get_or_create(&RouteOnly {
                route: route.to_owned(),
            })
            .observe(seconds);
    }

    /// Everything as text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing into a string cannot fail.
        let _ = prometheus_client::encoding::text::encode(&mut text, &self.registry);
        text
    }
}
