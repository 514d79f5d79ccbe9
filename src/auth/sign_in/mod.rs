//! A person signs in: OAuth2's authorization code grant, with PKCE.

mod attempt;
mod grant;
mod loopback;
mod page;
mod paste;
mod settings;

pub(crate) use grant::{Addresses, AuthorizationCode};
pub use paste::PasteSignIn;
pub use settings::SignIn;

use super::{Identity, Token};
use crate::error::{Error, Result};
use attempt::{Answer, Attempt};
use loopback::Loopback;
use page::Page;

/// Opens a page in the user's browser, for [`Identity::sign_in`](crate::Identity::sign_in).
///
/// # Errors
/// [`Config`](crate::ErrorKind::Config) where there is no browser to open.
#[cfg(feature = "browser")]
pub fn open_browser(url: &str) -> Result<()> {
    open::that_detached(url).map_err(|error| {
        Error::config("no browser can be opened; open the sign-in address by hand")
            .with_source(error)
    })
}

#[cfg_attr(docsrs, doc(cfg(feature = "sign-in")))]
impl<'a> Identity<'a> {
    /// Lets a person sign in, and waits for it. `show` is given the address to open in a browser of this machine, such
    /// as with [`open_browser`](crate::open_browser), which comes back to the [redirect
    /// address](crate::SignIn::redirect_uri).
    ///
    /// # Errors
    /// [`Config`](crate::ErrorKind::Config) if the client has no [`SignIn`](crate::SignIn) settings or the redirect
    /// address cannot be listened at; [`Input`](crate::ErrorKind::Input) if another sign-in is under way;
    /// [`Auth`](crate::ErrorKind::Auth) with the issuer's code and words if it said no, and if nobody came in time;
    /// those of `show` and of the [`TokenStore`](crate::TokenStore).
    pub async fn sign_in(&self, show: impl FnOnce(&str) -> Result<()>) -> Result<()> {
        let token = by_browser(self.grant()?, show).await?;
        self.accept(&token).await
    }

    /// Begins a sign-in in a browser that cannot come back to this program, as it is on another machine: the person
    /// brings the address at which it ended.
    ///
    /// # Errors
    /// [`Config`](crate::ErrorKind::Config) if the client has no [`SignIn`](crate::SignIn) settings or a redirect
    /// address without a port of its own; [`Input`](crate::ErrorKind::Input) if another sign-in is under way.
    pub fn begin_sign_in(&self) -> Result<PasteSignIn<'a>> {
        PasteSignIn::new(*self, self.grant()?)
    }
}

/// Lets a person sign in at the address that `show` is given, and waits for the browser to come back.
async fn by_browser(
    grant: &AuthorizationCode,
    show: impl FnOnce(&str) -> Result<()>,
) -> Result<Token> {
    let _only = grant.start()?;
    let mut loopback = Loopback::bind(grant.redirect_uri()).await?;
    let attempt = Attempt::new(grant, &loopback.redirect_uri)?;
    show(&attempt.url)?;
    let came_back = async {
        loop {
            let visit = loopback.next().await?;
            match attempt.read(&visit.query) {
                Answer::Code(code) => return Ok((visit, Ok(code))),
                Answer::Refused(error) => return Ok((visit, Err(error))),
                // The visit was not about this attempt: the person may still come.
                Answer::Foreign(reason) => visit.answer(Page::foreign(reason)).await,
            }
        }
    };
    let (visit, code) = tokio::time::timeout(grant.time_limit(), came_back)
        .await
        .unwrap_or_else(|_| Err(too_late(grant)))?;
    let token = match code {
        Ok(code) => attempt.exchange(grant, code).await,
        Err(error) => Err(error),
    };
    let page = match &token {
        Ok(_) => Page::signed_in(),
        Err(error) => Page::failed(error),
    };
    visit.answer(page).await;
    token
}

fn too_late(grant: &AuthorizationCode) -> Error {
    let limit = humantime::format_duration(grant.time_limit());
    Error::credentials_rejected("timeout", format!("nobody signed in within {limit}"))
}
