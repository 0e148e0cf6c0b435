"""HEAD: whatever answers GET answers it too, with the same headers and no body."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEAD_ASKED = "gatescope.head"
"""Key of the scope that is true where only the headers are sent, for answers that are long to make."""


class HeadAsGet:
    """Asks the application with GET and keeps the body back."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on everything but HEAD as it is."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def send_without_body(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        await self.app({**scope, "method": "GET", HEAD_ASKED: True}, receive, send_without_body)
