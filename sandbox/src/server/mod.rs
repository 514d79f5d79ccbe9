//! The HTTP server: connections, tokens, faults, the request log.

pub(crate) mod account;
mod admin;
pub(crate) mod auth;
mod connection;
pub(crate) mod faults;
mod oauth;
mod own_origin;
pub(crate) mod record;

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use axum::{Router, middleware};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};

use self::auth::Auth;
use self::faults::Faults;
use crate::api::{self, Api, operation};
use crate::log::RequestLog;
use crate::page::{self, Shown};
use crate::store::NotDurable;

/// The most bytes of a request's body; a larger one is answered with 413.
const MAX_BODY: usize = 10 * 1024 * 1024;

/// All that handlers share.
pub(crate) struct App {
    pub(crate) api: Arc<Api>,
    pub(crate) auth: Auth,
    pub(crate) faults: Faults,
    pub(crate) log: Arc<RequestLog>,
}

/// Binds a port.
pub(crate) async fn bind(address: IpAddr, port: u16) -> io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind((address, port)).await.map_err(|error| {
        let told = format!("port {port} of {address} cannot be bound: {error}");
        io::Error::new(error.kind(), told)
    })?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// Serves until `stop` completes or its sender is dropped; returns when every connection has ended.
pub(crate) fn serve(
    listener: TcpListener,
    app: Arc<App>,
    mut stop: oneshot::Receiver<()>,
) -> JoinHandle<()> {
    let router = router(app);
    tokio::spawn(async move {
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                _ = &mut stop => break,
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => {
                        connections.spawn(connection::serve(stream, router.clone()));
                    }
                    // Usually there are no file descriptors left, and other connections must close first.
                    Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
                },
                Some(_) = connections.join_next() => {}
            }
        }
        connections.shutdown().await;
    })
}

fn router(app: Arc<App>) -> Router {
    let inject = middleware::from_fn_with_state(Arc::clone(&app), faults::inject);
    let api = api::routes()
        .route_layer(middleware::from_fn_with_state(
            Arc::clone(&app),
            auth::require,
        ))
        .route_layer(inject.clone())
        .with_state(Arc::clone(&app.api));
    let shown = Arc::new(Shown {
        api: Arc::clone(&app.api),
        log: Arc::clone(&app.log),
    });
    let emulated = Router::new()
        .nest(operation::API, api)
        .route(operation::TOKEN, post(auth::token).route_layer(inject))
        .route(operation::AUTHORIZE, get(oauth::ask).post(oauth::decide))
        .route(operation::REVOKE, post(oauth::revoke))
        .method_not_allowed_fallback(api::no_route)
        .fallback(api::no_route)
        .layer(middleware::from_fn_with_state(
            Arc::clone(&app),
            record::record,
        ));
    Router::new()
        .nest("/_sandbox", admin::routes())
        .merge(page::routes().with_state(shown))
        // These routes need no token, so a web page of another site must not reach them.
        .route_layer(middleware::from_fn(own_origin::require))
        .merge(emulated)
        // The log reads every body before it reaches a handler, and has a limit of its own.
        .layer(DefaultBodyLimit::disable())
        .with_state(app)
}

impl App {
    /// Forgets entities, faults and requests. Tokens stay valid.
    pub(crate) async fn reset(&self) -> Result<(), NotDurable> {
        self.api.store.clear().await?;
        self.faults.clear();
        self.log.clear();
        Ok(())
    }
}
