"""What an Office part may hold in a rendition: elements and attributes by name, attribute values by shape.

What is not named here is not copied. An attribute's value is a number, a measure, a colour or a word of the format's
own; whatever could be writing (names, titles, addresses) is none of these and handled by name.
"""

from __future__ import annotations

import re

from content.privacy.renditions.ooxml import NAMESPACES

_WORD = """
document body p r t tab br cr noBreakHyphen softHyphen ptab sym fldChar instrText footnoteReference endnoteReference
footnoteRef endnoteRef separator continuationSeparator drawing pict object background pPr pStyle keepNext keepLines
pageBreakBefore framePr widowControl numPr ilvl numId suppressLineNumbers pBdr top left bottom right start end between
bar shd tabs suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi
adjustRightInd snapToGrid spacing ind contextualSpacing mirrorIndents textDirection jc textAlignment textboxTightWrap
outlineLvl rPr rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint noProof color w
kern position sz szCs highlight u effect bdr fitText vertAlign rtl cs em lang eastAsianLayout oMath tbl tblPr tblStyle
tblpPr tblOverlap bidiVisual tblStyleRowBandSize tblStyleColBandSize tblW tblCellSpacing tblInd tblBorders insideH
insideV tl2br tr2bl tblLayout tblCellMar tblLook tblCaption tblDescription tblGrid gridCol tr tblPrEx trPr cnfStyle
gridBefore gridAfter wBefore wAfter cantSplit trHeight tblHeader tc tcPr tcW gridSpan hMerge vMerge tcBorders noWrap
tcMar tcFitText vAlign hideMark sectPr headerReference footerReference footnotePr endnotePr pos numFmt numStart
numRestart type pgSz pgMar paperSrc pgBorders lnNumType pgNumType cols col formProt noEndnote titlePg rtlGutter
docGrid ruby rubyPr rubyAlign hps hpsRaise hpsBaseText lid rt rubyBase hdr ftr footnotes footnote endnotes endnote
txbxContent styles docDefaults rPrDefault pPrDefault style name basedOn next link uiPriority semiHidden unhideWhenUsed
qFormat tblStylePr numbering abstractNum multiLevelType lvl pStyle isLgl suff lvlText lvlJc numStyleLink styleLink num
abstractNumId lvlOverride startOverride fonts font panose1 charset family pitch sig altName settings
displayBackgroundShape mirrorMargins borderSurroundHeader borderSurroundFooter gutterAtTop defaultTabStop
autoHyphenation consecutiveHyphenLimit hyphenationZone evenAndOddHeaders bookFoldPrinting drawingGridHorizontalSpacing
drawingGridVerticalSpacing displayHorizontalDrawingGridEvery displayVerticalDrawingGridEvery characterSpacingControl
noLineBreaksAfter noLineBreaksBefore compat themeFontLang clrSchemeMapping decimalSymbol listSeparator spaceForUL
balanceSingleByteDoubleByteWidth doNotLeaveBackslashAlone ulTrailSpace doNotExpandShiftReturn adjustLineHeightInTable
useFELayout compatSetting splitPgBreakAndParaMark growAutofit doNotBreakWrappedTables
"""
_MATH = """
oMath oMathPara oMathParaPr r rPr t acc accPr bar barPr box boxPr borderBox borderBoxPr d dPr eqArr eqArrPr f fPr func
funcPr fName groupChr groupChrPr limLow limLowPr limUpp limUppPr lim m mPr mr nary naryPr phant phantPr rad radPr deg
sPre sPrePr sSub sSubPr sSubSup sSubSupPr sSup sSupPr e num den sub sup argPr argSz ctrlPr chr begChr endChr sepChr
pos vertJc type jc count mcs mc mcPr mcJc baseJc rSp rSpRule cGp cGpRule cSp plcHide maxDist objDist grow shp limLoc
subHide supHide degHide alnScr scr sty lit nor brk aln noBreak diff opEmu hideTop hideBot hideLeft hideRight strikeH
strikeV strikeBLTR strikeTLBR show zeroWid zeroAsc zeroDesc transp mathPr mathFont
brkBin brkBinSub smallFrac dispDef lMargin rMargin defJc wrapIndent intLim naryLim
"""
_DRAWING = """
graphic graphicData blip blipFill stretch fillRect tile alphaModFix lum grayscl biLevel duotone clrChange clrFrom
clrTo xfrm off ext chOff chExt prstGeom avLst gd custGeom gdLst cxnLst cxn pos rect pathLst path moveTo lnTo pt arcTo
quadBezTo cubicBezTo close ln noFill solidFill gradFill gsLst gs lin tileRect fillToRect pattFill fgClr bgClr grpFill
schemeClr srgbClr sysClr prstClr hslClr scrgbClr tint shade comp inv gray alpha alphaOff alphaMod hue hueOff hueMod
sat satOff satMod lumOff lumMod red redOff redMod green greenOff greenMod blue blueOff blueMod gamma invGamma prstDash
custDash ds round bevel miter headEnd tailEnd effectLst glow innerShdw outerShdw prstShdw reflection softEdge blur
scene3d camera rot lightRig sp3d bevelT bevelB extrusionClr contourClr lnRef fillRef effectRef fontRef txBody bodyPr
normAutofit spAutoFit noAutofit prstTxWarp flatTx lstStyle p pPr r rPr br fld t endParaRPr defPPr lvl1pPr lvl2pPr
lvl3pPr lvl4pPr lvl5pPr lvl6pPr lvl7pPr lvl8pPr lvl9pPr defRPr lnSpc spcPct spcPts spcBef spcAft buClrTx buClr buSzTx
buSzPct buSzPts buFontTx buFont buNone buAutoNum buChar tabLst tab latin ea cs sym uLnTx uLn uFillTx uFill highlight
tbl tblPr tableStyleId tblGrid gridCol tr tc tcPr lnL lnR lnT lnB lnTlToBr lnBlToTr tblStyleLst tblStyle tblBg
wholeTbl band1H band2H band1V band2V lastCol firstCol lastRow seCell swCell firstRow neCell nwCell tcTxStyle tcStyle
tcBdr left right top bottom insideH insideV tl2br tr2bl fill effect theme themeElements clrScheme dk1 lt1 dk2 lt2
accent1 accent2 accent3 accent4 accent5 accent6 hlink folHlink fontScheme majorFont minorFont font fmtScheme
fillStyleLst lnStyleLst effectStyleLst effectStyle bgFillStyleLst overrideClrMapping masterClrMapping
"""
_CHART = """
chartSpace date1904 roundedCorners style clrMapOvr chart title tx rich strRef f strCache ptCount pt v layout
manualLayout layoutTarget xMode yMode wMode hMode x y w h overlay spPr txPr autoTitleDeleted view3D rotX rotY rAngAx
perspective hPercent depthPercent floor sideWall backWall thickness plotArea barChart bar3DChart lineChart line3DChart
pieChart pie3DChart ofPieChart doughnutChart areaChart area3DChart scatterChart radarChart bubbleChart stockChart
surfaceChart surface3DChart barDir grouping varyColors ser idx order invertIfNegative dPt explosion dLbls dLbl dLblPos
showLegendKey showVal showCatName showSerName showPercent showBubbleSize showLeaderLines leaderLines separator numFmt
delete cat val xVal yVal bubbleSize numRef numCache numLit strLit multiLvlStrRef multiLvlStrCache lvl formatCode
trendline trendlineType period forward backward intercept dispRSqr dispEq trendlineLbl errBars errDir errBarType
errValType noEndCap plus minus marker symbol size smooth gapWidth gapDepth overlap shape axId catAx valAx dateAx serAx
scaling orientation max min logBase axPos majorGridlines minorGridlines majorTickMark minorTickMark tickLblPos crossAx
crosses crossesAt crossBetween auto lblAlgn lblOffset noMultiLvlLbl majorUnit minorUnit majorTimeUnit minorTimeUnit
baseTimeUnit tickLblSkip tickMarkSkip dispUnits builtInUnit firstSliceAng holeSize ofPieType splitType splitPos
secondPieSize serLines dropLines hiLowLines upDownBars upBars downBars bubbleScale showNegBubbles sizeRepresents
bubble3D wireframe bandFmts bandFmt scatterStyle radarStyle legend legendPos legendEntry plotVisOnly dispBlanksAs
showDLblsOverMax dTable showHorzBorder showVertBorder showOutline showKeys
"""
_SLIDES = """
presentation sldMasterIdLst sldMasterId notesMasterIdLst notesMasterId sldIdLst sldId sldSz notesSz defaultTextStyle
sld sldLayout sldMaster notes notesMaster cSld bg bgPr bgRef spTree nvGrpSpPr cNvPr cNvGrpSpPr nvPr grpSpPr sp nvSpPr
cNvSpPr spPr style txBody ph pic nvPicPr cNvPicPr blipFill grpSp graphicFrame nvGraphicFramePr cNvGraphicFramePr xfrm
cxnSp nvCxnSpPr cNvCxnSpPr clrMap clrMapOvr sldLayoutIdLst sldLayoutId txStyles titleStyle bodyStyle otherStyle
notesStyle hf
"""
ELEMENTS: dict[str, frozenset[str]] = {
    NAMESPACES["w"]: frozenset(_WORD.split()),
    NAMESPACES["m"]: frozenset(_MATH.split()),
    NAMESPACES["a"]: frozenset(_DRAWING.split()),
    NAMESPACES["c"]: frozenset(_CHART.split()),
    NAMESPACES["p"]: frozenset(_SLIDES.split()),
    NAMESPACES["pic"]: frozenset(str.split("""
        pic nvPicPr cNvPr cNvPicPr blipFill spPr style
    """)),
    NAMESPACES["wp"]: frozenset(str.split("""
        inline anchor extent effectExtent docPr cNvGraphicFramePr simplePos positionH positionV posOffset align
        wrapNone wrapSquare wrapTight wrapThrough wrapTopAndBottom wrapPolygon start lineTo
    """)),
    NAMESPACES["wps"]: frozenset(str.split("""
        wsp cNvPr cNvSpPr cNvCnPr cNvFrPr spPr style txbx bodyPr
    """)),
    NAMESPACES["wpg"]: frozenset(str.split("""
        wgp grpSp cNvPr cNvGrpSpPr grpSpPr graphicFrame xfrm
    """)),
    NAMESPACES["wpc"]: frozenset(str.split("""
        wpc bg whole
    """)),
    NAMESPACES["v"]: frozenset(str.split("""
        shape shapetype rect roundrect oval line polyline arc group textbox imagedata textpath stroke fill path
        formulas f shadow
    """)),
    NAMESPACES["o"]: frozenset({"lock"}),
    NAMESPACES["w10"]: frozenset(str.split("""
        wrap anchorlock bordertop borderbottom borderleft borderright
    """)),
}
WRITING = {NAMESPACES["w"]: {"t", "instrText"}, NAMESPACES["m"]: {"t"}, NAMESPACES["a"]: {"t"},
           NAMESPACES["c"]: {"v", "separator", "formatCode"}}
MEASURED = {NAMESPACES["wp"]: {"posOffset", "align"}}

# Attributes -------------------------------------------------------------------------------------------------------
_WORD_ATTRIBUTES = """
val type id w h hRule fill color themeColor themeTint themeShade themeFill themeFillTint themeFillShade sz space
shadow frame before after line lineRule beforeLines afterLines beforeAutospacing afterAutospacing left right start end
firstLine hanging leftChars rightChars startChars endChars firstLineChars hangingChars top bottom header footer gutter
orient code num equalWidth charSpace linePitch fmt chapStyle chapSep pos leader fldCharType clear hint ascii hAnsi
eastAsia cs asciiTheme hAnsiTheme eastAsiaTheme cstheme char font bidi combine combineBrackets vert vertCompress wrap
hAnchor vAnchor hSpace vSpace x y xAlign yAlign anchorLock lines dropCap firstRow lastRow firstColumn lastColumn
noHBand noVBand default customStyle styleId numId abstractNumId ilvl tentative name leftFromText rightFromText
topFromText bottomFromText vertAnchor horzAnchor tblpX tblpY tblpXSpec tblpYSpec countBy restart distance display
offsetFrom zOrder alignment relativeTo uri bg1 t1 bg2 t2 accent1 accent2 accent3 accent4 accent5 accent6 hyperlink
followedHyperlink usb0 usb1 usb2 usb3 csb0 csb1 first other percent customMarkFollows fill2
"""
_DRAWING_ATTRIBUTES = """
x y cx cy l t r b id idx orig type sz val rot flipH flipV prst name fmla w h fill stroke path adj pos ang scaled
rotWithShape flip cap cmpd algn lim len d sp dir dist blurRad sx sy kx ky stA stPos endA endPos fadeDir rad hue sat
lum r g b lastClr wrap lIns tIns rIns bIns numCol spcCol rtlCol vert vertOverflow horzOverflow anchor anchorCtr
upright compatLnSpc forceAA fromWordArt fontScale lnSpcReduction spcFirstLastPara marL marR lvl indent defTabSz rtl
eaLnBrk fontAlgn latinLnBrk hangingPunct kumimoji lang altLang b i u strike kern spc normalizeH baseline noProof char
typeface panose pitchFamily charset script startAt bandRow bandCol firstRow firstCol lastRow lastCol gridSpan rowSpan
hMerge vMerge marT marB useA bright contrast thresh amt stretch distT distB distL distR simplePos relativeHeight
behindDoc locked layoutInCell allowOverlap relativeFrom wrapText edited uri normalEastAsianFlow bg1 tx1 bg2 tx2
accent1 accent2 accent3 accent4 accent5 accent6 hlink folHlink orient hasCustomPrompt userDrawn preserve showMasterSp
showMasterPhAnim hdr ftr dt bwMode matchingName ptsTypes extrusionH contourW prstMaterial z fov zoom rig lat lon rev
horzBarState firstSlideNum showSpecialPlsOnTitleSld strictFirstAndLastChars saveSubsetFonts autoCompressPictures
serverZoom formatCode sourceLinked min max def styleId styleName stIns phldrT x1 y1 x2 y2 hR wR stAng swAng ahXY txBox
"""
_VML_ATTRIBUTES = """
id type style coordsize coordorigin path adj filled fillcolor stroked strokecolor strokeweight spt inset on string
fitshape fitpath trim xscale opacity opacity2 color color2 angle focus gradientshapeok connecttype textpathok arcsize
from to joinstyle dashstyle endcap startarrow endarrow weight eqn ext aspectratio text shapetype obscured offset mso-
fit-shape-to-text croptop cropleft cropright cropbottom gain blacklevel grayscale preferrelative allowincell
bordertopcolor hr hralign hrstd hrnoshade hrpct side anchorx anchory points wrapcoords limo textboxrect
"""
ATTRIBUTES: dict[str, frozenset[str]] = {
    **dict.fromkeys((NAMESPACES["w"], NAMESPACES["m"]), frozenset(_WORD_ATTRIBUTES.split())),
    **{NAMESPACES[each]: frozenset(_DRAWING_ATTRIBUTES.split())
       for each in ("a", "c", "p", "pic", "wp", "wps", "wpg", "wpc")},
    **{NAMESPACES[each]: frozenset(_VML_ATTRIBUTES.split()) for each in ("v", "o", "w10")},
}

_NUMBER = r"[-+]?\d{0,10}(?:\.\d{1,6})?(?:%|pt|px|in|mm|cm|pc|pi|f|fd|emu|em)?"
_COLOUR = r"#?[0-9A-Fa-f]{2,8}"
_TOKEN = r"[A-Za-z]{1,60}(?:\d{1,2}[A-Za-z]{0,24}){0,2}(?:-[A-Za-z]{1,8}){0,3}"
SIMPLE = re.compile(rf"(?:{_NUMBER}|{_COLOUR}|{_TOKEN})")
_LISTED = rf"(?:{_NUMBER}|{_TOKEN})?"
SHAPES: dict[str, re.Pattern[str]] = {  # by the attribute's name, where more than `SIMPLE` may be said
    "fmla": re.compile(r"[A-Za-z0-9*/+?\-]{1,12}(?: [-A-Za-z0-9_.]{1,16}){0,3}"),
    "eqn": re.compile(r"[A-Za-z]{1,8}(?: [-@#A-Za-z0-9]{1,16}){0,3}"),
    "path": re.compile(r"(?:[a-zA-Z@#\-., ]|\d{1,7}(?!\d)){0,4000}"),
    "uri": re.compile(r"http://schemas\.(?:openxmlformats|microsoft)\.(?:org|com)/[A-Za-z0-9/]{1,60}"),
    "panose1": re.compile(r"[0-9A-Fa-f]{20}"),
    "panose": re.compile(r"[0-9A-Fa-f]{20}"),
    "styleId": re.compile(r"\{[0-9A-Fa-f-]{36}\}"),
    "def": re.compile(r"\{[0-9A-Fa-f-]{36}\}"),
    "coordsize": re.compile(rf"{_NUMBER},{_NUMBER}"),
    "coordorigin": re.compile(rf"{_NUMBER},{_NUMBER}"),
    "color": re.compile(rf"(?:{_COLOUR}|{_TOKEN})(?: \[\d{{1,5}}\])?"),
    "fillcolor": re.compile(rf"(?:{_COLOUR}|{_TOKEN})(?: \[\d{{1,5}}\])?"),
    "strokecolor": re.compile(rf"(?:{_COLOUR}|{_TOKEN})(?: \[\d{{1,5}}\])?"),
    "type": re.compile(rf"#?_x0000_t\d{{1,3}}|{_TOKEN}"),
    **dict.fromkeys(["adj", "inset", "from", "to", "points", "wrapcoords", "offset", "textboxrect"],
                    re.compile(rf"{_LISTED}(?:[, ;]{_LISTED}){{0,40}}")),
}
FONT = re.compile(r"(?!.*\d{5})[\w .,;&()@+/'-]{0,60}")
CSS = re.compile(rf"(?:position|left|top|width|height|margin-(?:left|top|right|bottom)|z-index|rotation|flip|"
                 rf"v-text-(?:align|anchor|kern)|text-align|font-(?:family|size|weight|style)|layout-flow|"
                 rf"mso-(?:position|width|height|wrap|left|top|layout|fit|direction|rotate|next|char|text)[a-z-]*)"
                 rf"\s*:\s*(?:{_NUMBER}|{_TOKEN}|\"?{FONT.pattern}\"?)\s*")


def known_element(namespace: str, local: str) -> bool:
    return local in ELEMENTS.get(namespace, ())


def plain_value(name: str, value: str) -> bool:
    """Whether an attribute's value is of the kind that can tell nothing of a person."""
    return bool(SIMPLE.fullmatch(value)) or bool(name in SHAPES and SHAPES[name].fullmatch(value))


def plain_style(style: str) -> str:
    """The declarations of a VML style that say where and how large a shape is."""
    return ";".join(each.strip() for each in style.split(";") if CSS.fullmatch(each.strip()))
