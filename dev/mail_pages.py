"""Development only: the pages that show the mail which the catcher kept. Registered nowhere else."""

import re
from io import BytesIO

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for
from flask_babel import ngettext
from werkzeug.wrappers import Response as BaseResponse

from dev.mailbox import Mail, Mailbox
from saas.access.guard import public
from saas.config import current_settings
from saas.kernel.errors import NotFound

bp = Blueprint("dev_mail", __name__, url_prefix="/dev/mail")

PAGE_SIZE = 25
# A mail is a stranger's page: no scripts, no forms, no origin, nothing loaded from outside.
MAIL_POLICY = "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"


def mailbox() -> Mailbox:
    return Mailbox(current_settings().data_dir / "mail")


def get_mail(key: str) -> Mail:
    mail = mailbox().find(key)
    if mail is None:
        raise NotFound
    return mail


@bp.get("")
@public
def index() -> str:
    words = request.args.get("q", "").strip()
    offset = max(request.args.get("offset", 0, int), 0)
    mails, has_more = mailbox().mails(words=words, offset=offset, limit=PAGE_SIZE)
    return render_template(
        "dev/mail_list.html",
        mails=mails,
        words=words,
        next=url_for(".index", q=words or None, offset=offset + PAGE_SIZE) if has_more else None,
        previous=url_for(".index", q=words or None, offset=max(offset - PAGE_SIZE, 0)) if offset else None,
    )


@bp.post("/delete")
@public
def delete_mail() -> BaseResponse:
    count = mailbox().empty()
    flash(ngettext("%(num)d mail deleted.", "%(num)d mails deleted.", count), "success")
    return redirect(url_for(".index"), 303)


@bp.get("/<key>")
@public
def show_mail(key: str) -> str:
    return render_template("dev/mail_detail.html", mail=get_mail(key))


@bp.get("/<key>/html")
@public
def show_html(key: str) -> Response:
    mail = get_mail(key)
    html = mail.html
    for number, attachment in enumerate(mail.attachments):
        if attachment.content_id:
            address = url_for(".download_attachment", key=key, number=number)
            html = re.sub(rf"cid:{re.escape(attachment.content_id)}(?=[\"'\s)>])", address, html)
    response = Response(html, mimetype="text/html")
    response.headers["Content-Security-Policy"] = MAIL_POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


@bp.get("/<key>/attachments/<int:number>")
@public
def download_attachment(key: str, number: int) -> Response:
    attachments = get_mail(key).attachments
    if number >= len(attachments):
        raise NotFound
    attachment = attachments[number]
    shown = attachment.content_id and attachment.content_type in ("image/png", "image/jpeg", "image/gif", "image/webp")
    return send_file(
        BytesIO(attachment.content),
        mimetype=attachment.content_type if shown else "application/octet-stream",
        download_name=attachment.name,
        as_attachment=not shown,
    )


@bp.get("/<key>/source")
@public
def download_source(key: str) -> Response:
    file = mailbox().file(key)
    if file is None:
        raise NotFound
    return send_file(file, mimetype="message/rfc822", download_name=f"{key}.eml", as_attachment=True)
