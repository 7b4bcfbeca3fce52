// A certified OpenID provider that nobody here wrote: node tests/accounts/openid_provider.mjs PORT REDIRECT LOGOUT CLIENT SECRET
import { Provider } from "oidc-provider";

const [port, redirect, loggedOut, client, secret] = process.argv.slice(2);
const person = (id) => ({
  accountId: id,
  claims: () => ({
    sub: id,
    email: `${id}@x.example`,
    email_verified: true,
    given_name: "Grace",
    family_name: "Hopper",
    preferred_username: id,
    groups: ["engineers"],
  }),
});
const provider = new Provider(`http://localhost:${port}`, {
  clients: [
    {
      client_id: client,
      client_secret: secret,
      redirect_uris: [redirect],
      post_logout_redirect_uris: [loggedOut],
      response_types: ["code"],
      grant_types: ["authorization_code"],
    },
  ],
  claims: {
    email: ["email", "email_verified"],
    profile: ["given_name", "family_name", "preferred_username"],
    groups: ["groups"],
  },
  cookies: { keys: ["only-for-tests"] },
  features: { devInteractions: { enabled: true } },
  findAccount: (_context, id) => person(id),
});
provider.listen(Number(port), "127.0.0.1");
