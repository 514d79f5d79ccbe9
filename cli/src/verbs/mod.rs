//! The verbs: a file each, with its arguments and what it does.

mod audit;
mod completions;
mod diff;
mod get;
mod init;
mod login;
mod logout;
mod ls;
mod man;
mod metadata;
mod pack;
mod pull;
mod push;
mod put;
mod reorder;
mod restore;
mod rm;
#[cfg(feature = "sandbox")]
mod sandbox;
mod score;
mod status;
mod token;
mod unpack;
mod validate;
mod whoami;

use clap::Subcommand;

use crate::app::App;
use crate::exit::Exit;
use crate::failure::Failure;

/// Declares the verbs in the order of the help.
macro_rules! verbs {
    ($($(#[$condition:meta])? $name:ident($module:ident),)+) => {
        #[derive(Debug, Subcommand)]
        pub(crate) enum Verb {
            $($(#[$condition])? $name($module::$name),)+
        }

        impl Verb {
            pub(crate) async fn run(self, app: &App) -> Result<Exit, Failure> {
                match self {
                    $($(#[$condition])? Self::$name(verb) => verb.run(app).await,)+
                }
            }
        }
    };
}

verbs! {
    Init(init),
    Pull(pull),
    Status(status),
    Diff(diff),
    Push(push),
    Restore(restore),
    Audit(audit),
    Pack(pack),
    Unpack(unpack),
    Ls(ls),
    Get(get),
    Put(put),
    Rm(rm),
    Score(score),
    Validate(validate),
    Reorder(reorder),
    Metadata(metadata),
    Login(login),
    Logout(logout),
    Whoami(whoami),
    Token(token),
    #[cfg(feature = "sandbox")] Sandbox(sandbox),
    Completions(completions),
    Man(man),
}
