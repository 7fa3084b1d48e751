// A passkey is made or used: the page holds what the browser is to be told, the form takes what it
// answers. Without this script, and in a browser without passkeys, the page says what else to do.
{
  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const keys = (list) => (list || []).map((key) => ({ ...key, id: bytes(key.id) }));

  const told = (options) => ({
    ...options,
    challenge: bytes(options.challenge),
    ...(options.user && { user: { ...options.user, id: bytes(options.user.id) } }),
    ...(options.excludeCredentials && { excludeCredentials: keys(options.excludeCredentials) }),
    ...(options.allowCredentials && { allowCredentials: keys(options.allowCredentials) }),
  });

  const answer = (passkey) => {
    const { response } = passkey;
    const said = { clientDataJSON: text(response.clientDataJSON) };
    for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (response[name]) said[name] = text(response[name]);
    }
    if (response.getTransports) said.transports = response.getTransports();
    const { credProps } = passkey.getClientExtensionResults();
    return JSON.stringify({
      id: passkey.id,
      rawId: text(passkey.rawId),
      type: passkey.type,
      response: said,
      clientExtensionResults: credProps ? { credProps } : {},
    });
  };

  const say = (form, key) => {
    const place = form.querySelector("[data-said]");
    place.textContent = key ? form.dataset[key] : "";
    place.hidden = !key;
  };

  const able = Boolean(window.PublicKeyCredential && navigator.credentials);
  for (const button of document.querySelectorAll("[data-passkey]")) {
    button.disabled = !able;
    if (!able) say(button.form, "unable");
  }

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    const button = event.submitter;
    if (!able || !button || !button.dataset.passkey) return;
    event.preventDefault();
    button.disabled = true;
    say(form, "");
    try {
      const publicKey = told(JSON.parse(form.dataset.options));
      const passkey = await navigator.credentials[button.dataset.passkey]({ publicKey });
      form.elements.answer.value = answer(passkey);
      form.submit();
    } catch (error) {
      say(form, error.name === "InvalidStateError" ? "known" : "stopped");
      button.disabled = false;
      button.focus();
    }
  });
}
