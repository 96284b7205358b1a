// Runs in the operators' GraphiQL before GraphiQL does: the authorization that was last used in one tab goes with what has none of its own in the others. It
// is kept nowhere, so that who opens the page anew, or after them, is nobody.
(() => {
  let authorization = null;
  const send = window.fetch;
  window.fetch = (address, options = {}) => {
    const headers = new Headers(options.headers);
    const own = headers.get('authorization');
    // Each tab begins with a place to put one.
    if (own !== null && !own.includes('ACCESS_TOKEN')) authorization = own;
    if (authorization !== null) headers.set('authorization', authorization);
    return send(address, { ...options, headers });
  };
})();
