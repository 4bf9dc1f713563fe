/* Draws the charts of supervision beside their tables. What to draw stands in data-chart; colours come from the
   tokens; nothing moves. Without this file, or without ECharts, the tables are all there is to see. */
(function () {
  "use strict";
  var root = getComputedStyle(document.documentElement);
  var zh = document.documentElement.lang.indexOf("zh") === 0;

  function token(name) { return root.getPropertyValue("--" + name).trim(); }
  var tones = {
    late: token("late-mark"), warn: token("warn-mark"), ok: token("ok-mark"), info: token("info-mark"),
    idle: token("idle-mark"), qing: token("qing")
  };
  /* By code: not judged, in time, near its day, late, blank. */
  var washes = [token("idle-wash"), token("heat-1"), token("warn-wash"), token("late-mark"), token("idle-wash")];
  var inks = [token("ink-2"), token("ink"), token("warn"), token("paper"), token("ink-2")];
  var signs = ["", "", "▲", "◆", "○"];
  var font = getComputedStyle(document.body).fontFamily;
  var ink = token("ink"), soft = token("ink-2"), rule = token("rule");

  function base() {
    return {
      animation: false, textStyle: { fontFamily: font, fontSize: 13, color: ink }, aria: { enabled: false },
      tooltip: { renderMode: "richText", confine: true, textStyle: { fontFamily: font, fontSize: 13, color: ink } }
    };
  }

  function axis(data) {
    return {
      type: "category", data: data, axisTick: { show: false }, axisLine: { lineStyle: { color: rule } },
      axisLabel: { color: soft, fontSize: 12 }
    };
  }

  function value(config) {
    return {
      type: "value", min: 0, max: config.percent ? 100 : null, minInterval: 1, splitLine: { lineStyle: { color: rule } },
      axisLabel: { color: soft, fontSize: 12, formatter: config.percent ? "{value}%" : "{value}" }
    };
  }

  function pieces(config) {
    return config.words.map(function (words, code) { return { value: code, label: words, color: washes[code] }; });
  }

  function legend(config, dimension) {
    return {
      type: "piecewise", dimension: dimension, pieces: pieces(config), orient: "horizontal", left: "center", bottom: 0,
      textStyle: { color: soft }, selectedMode: false
    };
  }

  function matrix(config) {
    var option = base();
    option.grid = { left: 8, right: 8, top: 8, bottom: 44, containLabel: true };
    option.xAxis = axis(config.x);
    option.yAxis = axis(config.y);
    option.yAxis.inverse = true;
    option.tooltip.formatter = function (point) { return point.data.name; };
    option.visualMap = legend(config, 2);
    option.yAxis.axisLabel.interval = 0;
    option.series = [{
      type: "heatmap", emphasis: { disabled: false, itemStyle: { borderColor: ink, borderWidth: 2 } },
      itemStyle: { borderColor: token("paper"), borderWidth: 2 },
      data: config.cells.map(function (cell) {
        return {
          value: cell.slice(0, 3), name: cell[4], url: cell[5],
          label: {
            show: config.x.length < 30 && cell[3] !== "", formatter: cell[3], color: inks[cell[2]], fontSize: 12
          }
        };
      })
    }];
    return option;
  }

  function calendar(config) {
    var option = base();
    option.calendar = {
      range: config.range, left: 44, right: 12, top: 28, bottom: 40, cellSize: ["auto", 17], splitLine: { show: true, lineStyle: { color: soft, width: 1 } },
      itemStyle: { color: token("paper"), borderColor: rule }, yearLabel: { show: false },
      dayLabel: { firstDay: 1, nameMap: zh ? "ZH" : "EN", color: soft }, monthLabel: { nameMap: zh ? "ZH" : "EN", color: soft }
    };
    option.visualMap = config.most === undefined ? legend(config, 1) : {
      type: "continuous", dimension: 1, min: 0, max: Math.max(config.most, 1), orient: "horizontal", left: "center", bottom: 0,
      inRange: { color: [token("heat-1"), token("warn-wash"), token("late-mark")] }, textStyle: { color: soft },
      itemHeight: 120, itemWidth: 12
    };
    option.tooltip.formatter = function (point) { return point.data.name; };
    option.series = [{
      type: "heatmap", coordinateSystem: "calendar",
      data: config.days.map(function (day) {
        return {
          value: [day[0], day[1]], name: day[2],
          label: { show: config.most === undefined && signs[day[1]] !== "", formatter: signs[day[1]] || "", color: inks[day[1]] || ink, fontSize: 9 }
        };
      })
    }];
    return option;
  }

  function lines(config) {
    var option = base(), shapes = ["diamond", "triangle", "circle", "rect"];
    option.legend = { show: config.series.length > 1, top: 0, left: 0, textStyle: { color: ink }, itemGap: 20 };
    option.grid = { left: 8, right: 16, top: config.series.length > 1 ? 40 : 12, bottom: 8, containLabel: true };
    option.tooltip.trigger = "axis";
    option.xAxis = axis(config.x);
    option.xAxis.boundaryGap = config.kind === "bars";
    option.yAxis = value(config);
    if (config.flat) {
      option.yAxis = [option.xAxis, option.xAxis = option.yAxis][0];
      option.yAxis.inverse = true;
      option.yAxis.boundaryGap = true;
      option.yAxis.axisLabel.interval = 0;
    }
    option.series = config.series.map(function (each, number) {
      return {
        name: each.name, data: each.data, type: config.kind === "bars" ? "bar" : "line", color: tones[each.tone],
        stack: config.stack ? "all" : undefined, symbol: shapes[number % 4], symbolSize: 7,
        lineStyle: { width: 2, type: number % 2 ? "dashed" : "solid" }, barMaxWidth: 22,
        itemStyle: config.kind === "bars" && number % 2 ? { decal: { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: -0.8, color: "rgba(255,255,255,0.5)" } } : {}
      };
    });
    return option;
  }

  var kinds = { matrix: matrix, calendar: calendar, lines: lines, bars: lines };

  function draw(place) {
    var config = JSON.parse(place.dataset.chart);
    place.hidden = false;
    if (config.flat || config.y) { place.style.height = 90 + 26 * (config.y || config.x).length + "px"; }
    if (config.kind === "calendar" || config.kind === "lines") { place.parentNode.scrollLeft = place.scrollWidth; }  // the newest
    var chart = window.echarts.init(place, null, { renderer: "canvas", locale: zh ? "ZH" : "EN" });
    chart.setOption(kinds[config.kind](config));
    chart.on("click", function (point) { if (point.data && point.data.url) { location.assign(point.data.url); } });
    new ResizeObserver(function () { chart.resize(); }).observe(place);
    place.dataset.drawn = "yes";
  }

  if (window.echarts) {
    document.querySelectorAll("[data-chart]").forEach(draw);
    document.querySelectorAll("details.chart-data").forEach(function (table) { table.open = false; });
    window.addEventListener("beforeprint", function () {
      document.querySelectorAll("details.chart-data").forEach(function (table) { table.open = true; });
    });
  }
})();
