# A mail server for the tests: it takes email from whoever signs in, and keeps each as a file.
# sending.py PORT FOLDER CERTIFICATE KEY. Who signs in shows the password s3cret or the token t0k3n. A subject with "lost" gets no answer to the end of its
# data; a recipient with "refused" is refused.
import asyncio
import base64
import itertools
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


class Keeper:
    def __init__(self, folder):
        self.folder, self.numbers = folder, itertools.count(1)

    async def auth_XOAUTH2(self, server, args):
        return AuthResult(success=b"auth=Bearer t0k3n\x01" in base64.b64decode(args[1]))

    async def handle_RCPT(self, server, session, envelope, address, options):
        if "refused" in address:
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        name = os.path.join(self.folder, f"{next(self.numbers)}.eml")
        with open(name + ".part", "wb") as file:
            file.write(b"X-To: " + ",".join(envelope.rcpt_tos).encode() + b"\r\n" + envelope.content)
        os.rename(name + ".part", name)
        if b"Subject: lost" in envelope.content:
            server.transport.abort()
        return "250 OK"


def sign_in(server, session, envelope, mechanism, data):
    is_known = isinstance(data, LoginPassword) and data.password == b"s3cret"
    return AuthResult(success=is_known)


async def main():
    port, folder, certificate, key = sys.argv[1:5]
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    keeper = Keeper(folder)

    def session():
        return SMTP(keeper, tls_context=tls, require_starttls=True, auth_required=True, authenticator=sign_in)

    server = await asyncio.get_running_loop().create_server(session, "127.0.0.1", int(port))
    async with server:
        await server.serve_forever()


asyncio.run(main())
