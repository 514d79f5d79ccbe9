//! Splits each of progenitor's bindings in two: a function that makes the request, and the binding, which sends it.
//!
//! The facade sends requests by policies of its own, so it needs the request as a value; bindings and facade then make
//! their requests in one place. If progenitor writes code of another shape, the build fails and names the operation.

use std::collections::BTreeMap;

use heck::ToSnakeCase;
use quote::{format_ident, quote};
use syn::punctuated::Punctuated;
use syn::visit_mut::{self, VisitMut};
use syn::{
    Expr, File, GenericArgument, Ident, ImplItem, ImplItemFn, Item, Pat, PathArguments, ReturnType,
    Stmt, Token, Type, parse_quote,
};

use super::Result;
use super::document::Operation;
use super::operations::constant;

/// The bindings, and beside them the requests of all operations.
pub(crate) fn split(mut bindings: File, operations: &[Operation<'_>]) -> Result<(File, File)> {
    let mut by_name: BTreeMap<_, _> = operations
        .iter()
        .map(|operation| (operation.id.to_snake_case(), operation))
        .collect();
    let mut requests = Vec::new();
    for item in &mut bindings.items {
        let Item::Impl(client) = item else { continue };
        let methods = client.items.iter_mut().filter_map(|item| match item {
            ImplItem::Fn(method) if method.sig.asyncness.is_some() => Some(method),
            _ => None,
        });
        for binding in methods {
            let name = binding.sig.ident.to_string();
            let operation = by_name.remove(&name).ok_or_else(|| {
                format!("progenitor wrote `{name}`, which is no operation of the document")
            })?;
            let request = split_binding(binding, operation)
                .map_err(|problem| format!("operation `{}`: {problem}", operation.id))?;
            requests.push(request);
        }
    }
    if let Some((_, missing)) = by_name.first_key_value() {
        return Err(format!("operation `{}`: progenitor wrote no binding", missing.id).into());
    }
    Ok((
        bindings,
        parse_quote! {
            impl Requests<'_> {
                #(#requests)*
            }
        },
    ))
}

/// Takes the request out of a binding.
fn split_binding(binding: &mut ImplItemFn, operation: &Operation<'_>) -> Result<ImplItemFn> {
    let answer = answer(&binding.sig.output)?;
    let statements = std::mem::take(&mut binding.block.stmts);
    let at = statements
        .iter()
        .position(|statement| declares(statement, "request"))
        .ok_or("progenitor no longer declares `request`")?;
    let (before, rest) = statements.split_at(at);
    let (Some(request), sending) = (built(&rest[0]), &rest[1..]) else {
        return Err("progenitor no longer ends `request` by `.build()?`".into());
    };

    let mut name = OperationName(operation, 0);
    let mut sending = sending.to_vec();
    sending
        .iter_mut()
        .for_each(|statement| name.visit_stmt_mut(statement));
    if name.1 != 1 {
        return Err(format!("progenitor names the operation {} times, not once", name.1).into());
    }
    let method = &binding.sig.ident;
    let arguments = arguments(binding)?;
    binding.block.stmts = parse_quote! {
        let mut request = self.inner.requests(&self.client).#method(#(#arguments),*).request?;
        #(#sending)*
    };

    let mut before: Vec<Stmt> = before
        .iter()
        .filter(|statement| !is_version_header(statement))
        .cloned()
        .collect();
    let mut request = request.clone();
    let mut adapt = Adapt::default();
    before
        .iter_mut()
        .for_each(|statement| adapt.visit_stmt_mut(statement));
    adapt.visit_expr_mut(&mut request);
    adapt.check(operation)?;
    let (constant, parameters) = (
        format_ident!("{}", constant(operation.id)),
        &binding.sig.inputs,
    );
    let parameters = parameters.iter().skip(1);
    Ok(parse_quote! {
        pub(crate) fn #method<'a>(&self, #(#parameters),*) -> Unsent<#answer> {
            #(#before)*
            Unsent::new(&operation::#constant, #request)
        }
    })
}

/// The `T` of `Result<ResponseValue<T>, _>`.
fn answer(output: &ReturnType) -> Result<Type> {
    let ReturnType::Type(_, output) = output else {
        return Err("progenitor no longer answers anything".into());
    };
    let answer = argument(output, "Result").and_then(|value| argument(value, "ResponseValue"));
    match answer {
        Some(Type::Path(bytes)) if bytes.path.is_ident("ByteStream") => {
            Err("its answer is no JSON".into())
        }
        Some(answer) => Ok(answer.clone()),
        None => Err(format!(
            "progenitor answers `{}`, not a `Result<ResponseValue<_>, _>`",
            quote!(#output)
        )
        .into()),
    }
}

/// The first type argument of a type of this name.
fn argument<'a>(generic: &'a Type, name: &str) -> Option<&'a Type> {
    let Type::Path(path) = generic else {
        return None;
    };
    let segment = path
        .path
        .segments
        .last()
        .filter(|segment| segment.ident == name)?;
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else {
        return None;
    };
    match arguments.args.first()? {
        GenericArgument::Type(argument) => Some(argument),
        _ => None,
    }
}

fn arguments(binding: &ImplItemFn) -> Result<Vec<Ident>> {
    let typed = binding.sig.inputs.iter().skip(1);
    typed
        .map(|input| match input {
            syn::FnArg::Typed(input) => match &*input.pat {
                Pat::Ident(name) => Ok(name.ident.clone()),
                other => Err(format!("its parameter `{}` has no name", quote!(#other)).into()),
            },
            syn::FnArg::Receiver(_) => Err("has two receivers".into()),
        })
        .collect()
}

fn declares(statement: &Stmt, name: &str) -> bool {
    matches!(statement, Stmt::Local(local) if matches!(&local.pat, Pat::Ident(pattern) if pattern.ident == name))
}

/// The expression `BUILT` of `let mut request = BUILT?`.
fn built(statement: &Stmt) -> Option<&Expr> {
    let Stmt::Local(local) = statement else {
        return None;
    };
    let Expr::Try(tried) = &*local.init.as_ref()?.expr else {
        return None;
    };
    matches!(&*tried.expr, Expr::MethodCall(call) if call.method == "build").then_some(&*tried.expr)
}

/// Whether the statement adds the document's version as a header, which this API does not have.
fn is_version_header(statement: &Stmt) -> bool {
    let Stmt::Expr(Expr::MethodCall(call), _) = statement else {
        return false;
    };
    call.method == "append" && quote!(#call).to_string().contains("\"api-version\"")
}

/// Gives the hooks the operation's id as the document writes it.
struct OperationName<'a>(&'a Operation<'a>, usize);

impl VisitMut for OperationName<'_> {
    fn visit_field_value_mut(&mut self, field: &mut syn::FieldValue) {
        if matches!(&field.member, syn::Member::Named(name) if name == "operation_id") {
            let id = self.0.id;
            field.expr = parse_quote!(#id);
            self.1 += 1;
        }
    }
}

/// Changes the code that makes a request, where progenitor has no setting for it.
#[derive(Default)]
struct Adapt {
    urls: usize,
    paths: usize,
    identifiers: usize,
    problem: Option<String>,
}

impl Adapt {
    fn check(self, operation: &Operation<'_>) -> Result<()> {
        if let Some(problem) = self.problem {
            return Err(problem.into());
        }
        let parameters = operation.path.matches('{').count();
        for (what, found, expected) in [
            ("formats the URL", self.paths, 1),
            ("uses the URL", self.urls, 1),
            ("encodes an identifier", self.identifiers, parameters),
        ] {
            if found != expected {
                return Err(format!("progenitor {what} {found} times, not {expected}").into());
            }
        }
        Ok(())
    }

    /// Takes the base out of `format!("{}/path/{}", self.baseurl, identifier)`. A client parses its base once, because
    /// parsing the base takes longer than all else in making a request.
    fn without_base(&mut self, format: &mut syn::Macro) -> syn::Result<()> {
        let arguments = format.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated)?;
        let mut arguments = arguments.into_iter();
        let template: syn::LitStr = match arguments.next() {
            Some(Expr::Lit(syn::ExprLit {
                lit: syn::Lit::Str(template),
                ..
            })) => template,
            other => return Err(syn::Error::new_spanned(other, "the URL has no template")),
        };
        let base = arguments.next();
        let path = template.value().strip_prefix("{}").map(str::to_owned);
        let (Some(path), Some(true)) = (
            path,
            base.map(|base| quote!(#base).to_string() == "self . baseurl"),
        ) else {
            return Err(syn::Error::new_spanned(
                template,
                "the URL does not begin with the base",
            ));
        };
        format.tokens = quote!(#path #(, #arguments)*);
        self.paths += 1;
        Ok(())
    }
}

impl VisitMut for Adapt {
    fn visit_macro_mut(&mut self, format: &mut syn::Macro) {
        if !format.path.is_ident("format") {
            return;
        }
        let encoded = |tokens: &str| tokens.matches("encode_path").count();
        self.identifiers += encoded(&format.tokens.to_string());
        if let Err(problem) = self.without_base(format) {
            self.problem = Some(problem.to_string());
        }
    }

    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        visit_mut::visit_expr_mut(self, expression);
        if let Expr::Path(path) = expression
            && path.path.is_ident("url")
        {
            *expression = parse_quote!(self.url(&url));
            self.urls += 1;
        }
    }

    /// Reserves room for one header less: the version, which is not sent.
    fn visit_expr_call_mut(&mut self, call: &mut syn::ExprCall) {
        visit_mut::visit_expr_call_mut(self, call);
        if let Expr::Path(function) = &*call.func
            && function
                .path
                .segments
                .last()
                .is_some_and(|last| last.ident == "with_capacity")
            && let Some(Expr::Lit(syn::ExprLit {
                lit: syn::Lit::Int(room),
                ..
            })) = call.args.first()
            && let Ok(room) = room.base10_parse::<usize>()
        {
            let room = room.saturating_sub(1);
            call.args = parse_quote!(#room);
        }
    }
}
