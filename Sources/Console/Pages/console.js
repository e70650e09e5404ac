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
  var changed = false;
  document.querySelectorAll("main form[method=post]:not(.bouton)").forEach(function (form) {
    form.addEventListener("input", function () { changed = true; });
    form.addEventListener("submit", function () { changed = false; });
  });
  window.addEventListener("beforeunload", function (event) { if (changed) event.preventDefault(); });
})();
