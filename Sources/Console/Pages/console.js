// Everything works without this. Escape twice leaves for a harmless page and takes the place of
// the one that was read; a sync under way is looked at again by itself.
(function () {
  var last = 0;
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    var now = event.timeStamp;
    if (now - last < 600) location.replace("/pause");
    last = now;
  });
  var follow = document.querySelector("[data-suivre]");
  if (follow) setTimeout(function () { location.replace(follow.href); }, 2000);
  // Browsers put long texts back into a page that one goes back to, but no short ones: these stay with
  // the page in this tab, and so does what the server gave the form to know it by.
  var changed = false;
  document.querySelectorAll("main form[method=post]:not(.bouton)").forEach(function (form) {
    var short = "input[name]:not([name=_jeton]):not([type=password]):not([type=checkbox])";
    var fields = Array.prototype.slice.call(form.querySelectorAll(short));
    var place = form.getAttribute("action");
    var kept = history.state && history.state.place === place ? history.state.typed : [];
    if (kept.length === fields.length) fields.forEach(function (field, n) { field.value = kept[n]; });
    form.addEventListener("input", function () { changed = true; });
    form.addEventListener("submit", function () {
      changed = false;
      var typed = fields.map(function (field) { return field.value; });
      history.replaceState({ place: place, typed: typed }, "");
    });
  });
  window.addEventListener("beforeunload", function (event) { if (changed) event.preventDefault(); });
})();
