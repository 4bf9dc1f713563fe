/* 长者版 over the same page, chosen and remembered in this browser. Without scripts a cookie asks the portal for it. */
(function () {
  "use strict";
  var script = document.currentScript, KEY = "variant", sheet = null;

  function chosen() {
    try { return window.localStorage.getItem(KEY) === "elder"; } catch (refused) { return false; }
  }
  function remember(elder) {
    try {
      if (elder) { window.localStorage.setItem(KEY, "elder"); } else { window.localStorage.removeItem(KEY); }
      return true;
    } catch (refused) { return false; }  // a browser that keeps nothing asks the portal
  }
  function dress() {
    if (sheet) { return; }
    sheet = document.createElement("link");
    sheet.rel = "stylesheet";
    sheet.setAttribute("blocking", "render");  // nothing is seen in small print first
    sheet.href = script.getAttribute("data-elder");
    document.head.append(sheet);
  }
  function undress() { if (sheet) { sheet.remove(); sheet = null; } }

  if (chosen()) { dress(); }

  document.addEventListener("click", function (event) {
    var link = event.target.closest(".to-elder a, .to-normal a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || document.querySelector(".kiosk-bar")) { return; }
    var elder = link.closest(".to-elder") !== null;
    if (!remember(elder) || (!elder && !sheet)) { return; }  // dressed by the portal: the link undresses it
    event.preventDefault();
    if (elder) { dress(); } else { undress(); }
    var other = document.querySelector(elder ? ".to-normal a" : ".to-elder a");
    if (!sheet) { other.focus(); } else { sheet.addEventListener("load", function () { other.focus(); }); }
  });
  window.addEventListener("storage", function (event) {  // chosen in another window
    if (event.key === KEY) { if (chosen()) { dress(); } else { undress(); } }
  });
}());
